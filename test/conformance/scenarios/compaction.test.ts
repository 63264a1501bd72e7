// Compaction: which batches are left, and what stands in them.
import { fetch } from 'millrace/messages/01-fetch.js'
import { expect } from 'vitest'
import type { BatchFields, TestRecord } from '../../harness/batch.ts'
import { eventually } from '../../harness/eventually.ts'
import type { Peer } from '../../harness/peer.ts'
import { type BatchSummary, batchesOf } from './batches.ts'
import { fetchFrom, newProducer, type TopicRef, write } from './requests.ts'
import { scenarios, type Stage } from './scenario.ts'

const scenario = scenarios('compaction', { 'log.cleaner.backoff.ms': '50' })
const MINUTE_MS = 60_000
/** A segment ends with the minute of its first record: a record of a later minute makes what was written ready to compact. */
const BEGIN_MS = Date.now() - 40 * MINUTE_MS

interface Compacted {
  readonly on: Peer
  readonly ref: TopicRef
  /** One batch in the given minute; answers its base offset. */
  readonly put: (minute: number, records: readonly TestRecord[], fields?: BatchFields) => Promise<number>
  /** Waits until so many records are left; answers the batches. */
  readonly shrunk: (records: number) => Promise<readonly BatchSummary[]>
}

/** All batches; Kafka answers those of one segment at a time. */
const everything = async (on: Peer, ref: TopicRef): Promise<readonly BatchSummary[]> => {
  const found: BatchSummary[] = []
  for (;;) {
    const fetchOffset = (found.at(-1)?.last ?? -1) + 1
    const { responses } = await on.call(fetch, 13, fetchFrom(ref, { fetchOffset }))
    const read = batchesOf(responses[0]?.partitions[0]?.records ?? Buffer.alloc(0))
    if (read.length === 0) return found
    found.push(...read)
  }
}

const countOf = (batches: readonly BatchSummary[]): number => batches.reduce((sum, { count }) => sum + count, 0)

const compacted = async (
  { topic, peer }: Stage,
  name: string,
  configs: Readonly<Record<string, string>> = {},
): Promise<Compacted> => {
  const always = { 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.01', 'segment.ms': String(MINUTE_MS) }
  const ref = { name, id: await topic(name, { configs: { ...always, ...configs } }) }
  const on = await peer()
  return {
    on,
    ref,
    put: (minute, records, fields) =>
      write(on, ref, records, { baseTimestamp: BEGIN_MS + minute * MINUTE_MS, ...fields }),
    shrunk: async (records) => {
      const left = await eventually(`at most ${records} records in ${name}`, async () => {
        const batches = await everything(on, ref)
        return countOf(batches) <= records ? batches : undefined
      })
      expect(countOf(left)).toBe(records)
      return left
    },
  }
}

scenario('the latest record of each key', { rows: [19, 46] }, async (stage) => {
  const { on, ref, put, shrunk } = await compacted(stage, 'latest')
  await put(0, [
    { key: 'a', value: 'a1' },
    { key: 'b', value: 'b1' },
  ])
  await put(0, [
    { key: 'a', value: 'a2' },
    { key: 'c', value: 'c1' },
    { key: 'a', value: 'a3' },
  ])
  await put(0, [{ key: 'd', value: 'd1' }])
  await put(0, [{ key: 'd', value: 'd2' }])
  await put(2, [{ key: 'c', value: 'a segment of its own' }])
  await put(4, [{ key: 'a', value: 'active' }])
  stage.transcript.note('what is left', await shrunk(5))
  await stage.transcript.call(on, 'at a gap', fetch, 13, fetchFrom(ref, { fetchOffset: 5, partitionMaxBytes: 1 }))
})

scenario('deletions stay for a while and go', { rows: [46] }, async (stage) => {
  const { put, shrunk } = await compacted(stage, 'deletions', { 'delete.retention.ms': '0' })
  await put(0, [{ key: 'a', value: 'a1' }])
  await put(0, [
    { key: 'a', value: null },
    { key: 'b', value: 'b1' },
  ])
  await put(2, [{ key: 'c', value: 'c1' }])
  stage.transcript.note('after one round', await shrunk(3))
  await put(4, [{ key: 'd', value: 'd1' }])
  stage.transcript.note('after two', await shrunk(3))
})

scenario('the last batch of a producer stays, without records', { rows: [46] }, async (stage) => {
  const { on, put, shrunk } = await compacted(stage, 'producers')
  const producer = { producerId: await newProducer(on), producerEpoch: 0 }
  for (const baseSequence of [0, 1, 2]) {
    await put(0, [{ key: 'a', value: `a${baseSequence}` }], { ...producer, baseSequence })
  }
  await put(0, [{ key: 'a', value: 'of another' }])
  await put(2, [{ key: 'b', value: 'b1' }])
  for (const batch of await shrunk(2)) {
    const [, , sequence] = batch.producer.split('/')
    stage.transcript.note(`a batch, sequence ${sequence}`, { ...batch, producer: '' })
  }
  const again = await put(4, [{ key: 'a', value: 'a2' }], { ...producer, baseSequence: 2 })
  stage.transcript.note('the last one once more', again)
})

scenario('what is too young is not touched', { rows: [46] }, async (stage) => {
  // Everything is younger than a day, but what the other topic shows is old enough for a round to have passed.
  const young = await compacted(stage, 'young', { 'min.compaction.lag.ms': String(24 * 60 * MINUTE_MS) })
  const old = await compacted(stage, 'old')
  for (const { put } of [young, old]) {
    await put(0, [{ key: 'a', value: 'a1' }])
    await put(0, [{ key: 'a', value: 'a2' }])
    await put(2, [{ key: 'b', value: 'b1' }])
  }
  await old.shrunk(2)
  stage.transcript.note('all of it', await everything(young.on, young.ref))
})

scenario('compacted and deleted', { rows: [46] }, async (stage) => {
  const { put, shrunk } = await compacted(stage, 'both', { 'cleanup.policy': 'compact,delete' })
  await put(0, [{ key: 'a', value: 'a1' }])
  await put(0, [{ key: 'a', value: 'a2' }])
  await put(2, [{ key: 'b', value: 'b1' }])
  stage.transcript.note('what is left', await shrunk(2))
})
