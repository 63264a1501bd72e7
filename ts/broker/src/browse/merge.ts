/** Several partitions as one, in the order of time; within a partition the order is that of the log, whatever the times say. */
export type Direction = 'forward' | 'back'

interface Timed {
  readonly partition: number
  readonly timestamp: bigint
}

/** The records of one partition in turn. */
export interface Source<Of extends Timed> {
  /** Undefined until `fill`, and at the end. */
  readonly head: Of | undefined
  /** Resolves when `head` is there or nothing is left. */
  fill(): Promise<void>
  /** Passes over the head. */
  take(): void
}

export interface Merged<Of extends Timed> {
  /** Undefined at the end. */
  next(): Promise<Of | undefined>
}

export const mergeByTime = async <Of extends Timed>(
  readers: readonly Source<Of>[],
  direction: Direction,
): Promise<Merged<Of>> => {
  await Promise.all(readers.map((reader) => reader.fill()))
  const heap = readers.filter(({ head }) => head !== undefined)
  for (let at = Math.floor(heap.length / 2) - 1; at >= 0; at -= 1) sink(heap, at, direction)
  let last: Source<Of> | undefined

  return {
    async next() {
      if (last !== undefined) {
        if (last.head === undefined) await last.fill()
        if (last.head === undefined) {
          const other = heap.pop()
          if (heap.length > 0 && other !== undefined) heap[0] = other
        }
        sink(heap, 0, direction)
      }
      last = heap[0]
      const record = last?.head
      last?.take()
      return record
    },
  }
}

const sink = <Of extends Timed>(heap: Source<Of>[], from: number, direction: Direction): void => {
  for (let at = from; ;) {
    const [left, right] = [2 * at + 1, 2 * at + 2]
    let first = at
    if (isBefore(heap[left], heap[first], direction)) first = left
    if (isBefore(heap[right], heap[first], direction)) first = right
    if (first === at) return
    ;[heap[at], heap[first]] = [heap[first] as Source<Of>, heap[at] as Source<Of>]
    at = first
  }
}

const isBefore = (one: Source<Timed> | undefined, other: Source<Timed> | undefined, direction: Direction): boolean => {
  if (one?.head === undefined || other?.head === undefined) return false
  const [a, b] = direction === 'forward' ? [one.head, other.head] : [other.head, one.head]
  return a.timestamp === b.timestamp ? a.partition < b.partition : a.timestamp < b.timestamp
}
