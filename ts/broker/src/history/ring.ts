/** The last values of something that is looked at again and again: as many as are kept, and no memory before they are there. */
export interface Ring<Value = number> {
  push(value: Value): void
  /** The oldest first; changes with each push. */
  values(): readonly Value[]
}

export const createRing = <Value = number>(capacity: number): Ring<Value> => {
  const kept: Value[] = []
  return {
    push(value) {
      kept.push(value)
      if (kept.length > capacity) kept.shift()
    },
    values: () => kept,
  }
}
