/** The last values of something that is looked at again and again: as many as are kept, and no memory before they are there. */
export interface Ring {
  push(value: number): void
  /** The oldest first; changes with each push. */
  values(): readonly number[]
}

export const createRing = (capacity: number): Ring => {
  const kept: number[] = []
  return {
    push(value) {
      kept.push(value)
      if (kept.length > capacity) kept.shift()
    },
    values: () => kept,
  }
}
