/** The records of one partition in turn, forward or back, read in chunks when they are needed. */
import type { Source } from './merge.ts'
import { type Batch, type LogRecord, readBatches } from './records.ts'

/** Whole batches from an offset on, as many as the memory has room for; a larger one comes whole, in memory of its own. */
export type ReadLog = (partition: number, offset: number, memory: Buffer) => Promise<Buffer>

/** Where a read stands in a partition. */
export interface Position {
  readonly partition: number
  /** Forward the offset that comes next; back the one in front of which the next one lies. */
  readonly at: number
  /** Forward the offset in front of which it ends; back the last one that counts. */
  readonly bound: number
}

export interface PartitionReader extends Source<LogRecord> {
  readonly position: Position
}

export interface ReaderOptions {
  readonly read: ReadLog
  /**
   * Room for what one read brings. A reader that goes forward reads into it again and again, so that a record is there until
   * the next one is asked for; one that goes back holds several reads, and takes as much for each of them.
   */
  readonly memory: Buffer
  /** Bytes that a record has on average, by which a reader that goes back guesses how far. */
  readonly recordBytes: number
}

export const readForward = (start: Position, { read, memory }: ReaderOptions): PartitionReader => {
  const { partition, bound } = start
  let { at } = start
  /** Of what was read, those that come next. */
  let batches: Iterator<Batch, void> = noBatches
  let records: readonly LogRecord[] = []
  let index = 0
  /** Behind what was looked at. */
  let end = at

  return {
    get position() {
      return { partition, at, bound }
    },
    get head() {
      return records[index]
    },
    async fill() {
      let before: number | undefined
      while (index >= records.length && end < bound) {
        const batch = batches.next()
        if (!batch.done) {
          end = Math.min(batch.value.next, bound)
          records = batch.value.records.filter(({ offset }) => offset < bound)
          index = 0
        } else if (before === end) {
          // A log that ends sooner than it did was truncated.
          end = bound
        } else {
          before = end
          batches = readBatches(await read(partition, end, memory), partition, end)
        }
      }
      if (index >= records.length) at = Math.max(at, end)
    },
    take() {
      at = (records[index]?.offset ?? at) + 1
      index += 1
    },
  }
}

const noBatches: Iterator<Batch, void> = { next: () => ({ done: true, value: undefined }) }

/** Of what lies in front of an offset no more is held; one batch may be larger. */
const BACK_CHUNKS_MAX = 4
const STEP_RECORDS_MAX = 1_000_000

export const readBack = (start: Position, { read, memory, recordBytes }: ReaderOptions): PartitionReader => {
  const { partition, bound } = start
  const chunkBytes = memory.length
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
      const chunk = await read(partition, next, Buffer.allocUnsafeSlow(chunkBytes))
      if (chunk.length === 0) break
      for (const batch of readBatches(chunk, partition, next)) {
        for (const record of batch.records) {
          if (record.offset >= begin) break
          found.push(record)
          bytes += record.bytes
        }
        next = batch.next
        if (next >= begin) break
      }
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
