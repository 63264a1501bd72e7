/** Several partitions as one, in the order of time; within a partition the order is that of the log, whatever the times say. */
import type { PartitionReader } from './partition-reader.ts'
import type { LogRecord } from './records.ts'

export type Direction = 'forward' | 'back'

export interface Merged {
  /** Undefined at the end. */
  next(): Promise<LogRecord | undefined>
}

export const mergeByTime = async (readers: readonly PartitionReader[], direction: Direction): Promise<Merged> => {
  await Promise.all(readers.map((reader) => reader.fill()))
  const heap = readers.filter(({ head }) => head !== undefined)
  for (let at = Math.floor(heap.length / 2) - 1; at >= 0; at -= 1) sink(heap, at, direction)
  let last: PartitionReader | undefined

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

const sink = (heap: PartitionReader[], from: number, direction: Direction): void => {
  for (let at = from; ;) {
    const [left, right] = [2 * at + 1, 2 * at + 2]
    let first = at
    if (isBefore(heap[left], heap[first], direction)) first = left
    if (isBefore(heap[right], heap[first], direction)) first = right
    if (first === at) return
    ;[heap[at], heap[first]] = [heap[first] as PartitionReader, heap[at] as PartitionReader]
    at = first
  }
}

const isBefore = (
  one: PartitionReader | undefined,
  other: PartitionReader | undefined,
  direction: Direction,
): boolean => {
  if (one?.head === undefined || other?.head === undefined) return false
  const [a, b] = direction === 'forward' ? [one.head, other.head] : [other.head, one.head]
  return a.timestamp === b.timestamp ? a.partition < b.partition : a.timestamp < b.timestamp
}
