/** The last values of something that is looked at again and again, in memory that never grows. */
export interface Ring {
  push(value: number): void
  /** The oldest first. */
  values(): readonly number[]
}

export const createRing = (capacity: number): Ring => {
  const kept = new Float64Array(capacity)
  let pushed = 0
  return {
    push(value) {
      kept[pushed % capacity] = value
      pushed += 1
    },
    values() {
      const count = Math.min(pushed, capacity)
      return Array.from({ length: count }, (_, at) => kept[(pushed - count + at) % capacity] ?? 0)
    },
  }
}
