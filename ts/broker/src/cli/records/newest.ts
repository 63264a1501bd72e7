// The newest records of all partitions, newest first: read back from their ends, step by step.
import { mergeByTime, type Source } from '../../browse/merge.ts'
import type { Client } from '../client/client.ts'
import { type FetchedRecord, type GroupConsumer, type Reading, readPartitions, type Take } from '../client/records.ts'

/** Of one partition, and of all together, no more is held; one record may be larger. */
const STEP_BYTES_MAX = 4 << 20
const HELD_BYTES_MAX = 64 << 20
const STEP_RECORDS = 64
const STEP_RECORDS_MAX = 1_000_000

/** Readings with a stop, until `take` answers false, `signal` aborts or all was read. Throws a Failure. */
export const readNewest = async (
  client: Client,
  consumer: GroupConsumer,
  readings: readonly Reading[],
  signal: AbortSignal,
  take: Take,
): Promise<void> => {
  const bytesMax = Math.min(STEP_BYTES_MAX, Math.floor(HELD_BYTES_MAX / readings.length))

  /** Null where they are too many. */
  const between = async (place: Reading, from: bigint, to: bigint): Promise<Held | null> => {
    const records: FetchedRecord[] = []
    let bytes = 0
    const fits = (): boolean => bytes <= bytesMax || to - from === 1n
    await readPartitions(client, consumer, [{ ...place, next: from, stop: to }], signal, (record) => {
      records.push(record)
      bytes += record.bytes
      return Promise.resolve(fits())
    })
    return fits() ? { records, isSmall: bytes < bytesMax / 4 } : null
  }

  const newest = await mergeByTime(
    readings.map((reading) => backFrom(reading, signal, (from, to) => between(reading, from, to))),
    'back',
  )
  for (;;) {
    const record = await newest.next()
    if (record === undefined || signal.aborted || !(await take(record))) return
  }
}

interface Held {
  /** As they lie in the partition. */
  readonly records: FetchedRecord[]
  /** Much more would fit. */
  readonly isSmall: boolean
}

const backFrom = (
  reading: Reading,
  signal: AbortSignal,
  between: (from: bigint, to: bigint) => Promise<Held | null>,
): Source<FetchedRecord> => {
  const { next: start } = reading
  let records: FetchedRecord[] = []
  /** In front of which nothing was read. */
  let begin = reading.stop ?? start
  let step = STEP_RECORDS
  return {
    get head() {
      return records.at(-1)
    },
    async fill() {
      while (records.length === 0 && begin > start && !signal.aborted) {
        const from = begin - BigInt(step) > start ? begin - BigInt(step) : start
        const held = await between(from, begin)
        if (held === null) {
          step = Math.max(1, Math.floor(Number(begin - from) / 4))
          continue
        }
        records = held.records
        begin = from
        if (records.length === 0) reading.stop = begin
        if (held.isSmall) step = Math.min(STEP_RECORDS_MAX, step * 2)
      }
    },
    take() {
      const { offset = begin } = records.pop() ?? {}
      reading.stop = records.length === 0 ? begin : offset
    },
  }
}
