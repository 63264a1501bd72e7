/** The records of one partition in turn, forward or back, read in chunks when they are needed. */
import { type LogRecord, readChunk } from './records.ts'

/** Whole batches from an offset on, as `Engine.read`. */
export type ReadLog = (partition: number, offset: number, bytesMax: number) => Promise<Buffer>

/** Where a read stands in a partition. */
export interface Position {
  readonly partition: number
  /** Forward the offset that comes next; back the one in front of which the next one lies. */
  readonly at: number
  /** Forward the offset in front of which it ends; back the last one that counts. */
  readonly bound: number
}

export interface PartitionReader {
  readonly position: Position
  /** Undefined until `fill`, and at the end. */
  readonly head: LogRecord | undefined
  /** Resolves when `head` is there or nothing is left. */
  fill(): Promise<void>
  /** Passes over the head. */
  take(): void
}

export interface ReaderOptions {
  readonly read: ReadLog
  /** What one read brings; a larger batch comes whole. */
  readonly chunkBytes: number
  /** Bytes that a record has on average, by which a reader that goes back guesses how far. */
  readonly recordBytes: number
}

export const readForward = (start: Position, { read, chunkBytes }: ReaderOptions): PartitionReader => {
  const { partition, bound } = start
  let { at } = start
  let records: readonly LogRecord[] = []
  let index = 0
  /** Behind what was read. */
  let end = at

  return {
    get position() {
      return { partition, at, bound }
    },
    get head() {
      return records[index]
    },
    async fill() {
      while (index >= records.length && end < bound) {
        const chunk = readChunk(await read(partition, end, chunkBytes), partition, end)
        // A log that ends sooner than it did was truncated.
        end = chunk.next > end ? Math.min(chunk.next, bound) : bound
        records = chunk.records.filter(({ offset }) => offset < bound)
        index = 0
      }
      if (index >= records.length) at = Math.max(at, end)
    },
    take() {
      at = (records[index]?.offset ?? at) + 1
      index += 1
    },
  }
}

/** Of what lies in front of an offset no more is held; one batch may be larger. */
const BACK_CHUNKS_MAX = 4
const STEP_RECORDS_MAX = 1_000_000

export const readBack = (start: Position, { read, chunkBytes, recordBytes }: ReaderOptions): PartitionReader => {
  const { partition, bound } = start
  let { at } = start
  let records: LogRecord[] = []
  /** In front of which nothing was read. */
  let begin = at
  let step = Math.max(1, Math.min(STEP_RECORDS_MAX, Math.floor(chunkBytes / Math.max(recordBytes, 1))))

  /** Those of `from` up to `begin`; null where they are too many. */
  const between = async (from: number): Promise<LogRecord[] | null> => {
    const found: LogRecord[] = []
    let bytes = 0
    for (let next = from; next < begin;) {
      const chunk = readChunk(await read(partition, next, chunkBytes), partition, next)
      if (chunk.next <= next) break
      for (const record of chunk.records) {
        if (record.offset >= begin) break
        found.push(record)
        bytes += record.bytes
      }
      next = chunk.next
      if (bytes > BACK_CHUNKS_MAX * chunkBytes && next < begin && begin - from > 1) return null
    }
    return found
  }
  return {
    get position() {
      return { partition, at, bound }
    },
    get head() {
      return records.at(-1)
    },
    async fill() {
      while (records.length === 0 && begin > bound) {
        const from = Math.max(bound, begin - step)
        const found = await between(from)
        if (found === null) {
          step = Math.max(1, Math.floor((begin - from) / 4))
          continue
        }
        records = found
        begin = from
        // Compaction leaves long ways between records.
        if (found.length === 0) step = Math.min(STEP_RECORDS_MAX, step * 2)
      }
      if (records.length === 0) at = Math.min(at, begin)
    },
    take() {
      at = records.pop()?.offset ?? at
    },
  }
}
