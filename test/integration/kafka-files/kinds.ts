// Topics with records of every kind that a log can hold, written to either broker.
import { deleteRecords } from 'millrace/messages/21-delete-records.js'
import { expect } from 'vitest'
import { readyTopic } from '../../harness/ready-topic.ts'
import { newProducer, type TopicRef, write } from '../../conformance/scenarios/requests.ts'
import type { BatchFields } from '../../harness/batch.ts'
import type { Broker } from '../../harness/broker.ts'
import { eventually } from '../../harness/eventually.ts'
import { Peer } from '../../harness/peer.ts'
import { codecClients } from '../codec-clients.ts'
import { type Contents, contentsOf } from './partitions.ts'

const MINUTE_MS = 60_000
export const BEGIN_MS = Date.now() - 60 * MINUTE_MS
export const MINUTES = [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]
/** In each minute of `segments`. */
export const BATCHES = 20
/** Of `deleted`: in the midst of a segment. */
const LOG_START = 7

export const client = codecClients.find(({ name }) => name === 'librdkafka')
export const codecTopics = client?.codecs.map((codec) => `codec-${codec}`) ?? []

/** A segment ends with the minute of its first record. */
const byMinute = { 'segment.ms': String(MINUTE_MS) }

/** Every topic with its configs. */
export const kinds: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ...Object.fromEntries(codecTopics.map((name) => [name, {}])),
  segments: byMinute,
  compacted: { ...byMinute, 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.01' },
  idempotent: byMinute,
  deleted: byMinute,
  relaxed: { 'flush.messages': '1000' },
}

export type Topics = ReadonlyMap<string, TopicRef>

export const withPeer = async <T>(broker: Broker, use: (on: Peer) => Promise<T>): Promise<T> => {
  const on = await Peer.open(broker.port)
  try {
    return await use(on)
  } finally {
    on.close()
  }
}

export const topicIn = (known: Topics, name: string): TopicRef => {
  const found = known.get(name)
  if (found === undefined) throw new Error(`no topic ${name}`)
  return found
}

/** When the records of a minute were written. */
export const timeOf = (minute: number): number => BEGIN_MS + minute * MINUTE_MS

/** Creates the topics and writes to them; the idempotent producer has written six batches to two of them. */
export const writeKinds = async (
  broker: Broker,
  work: string,
): Promise<{ readonly topics: Topics; readonly producer: BatchFields }> => {
  const topics = new Map<string, TopicRef>()
  return withPeer(broker, async (on) => {
    type Pair = readonly [key: string, value: string | null]
    const put = (name: string, minute: number, pairs: readonly Pair[], fields: BatchFields = {}): Promise<number> =>
      write(
        on,
        topicIn(topics, name),
        pairs.map(([key, value]) => ({ key, value })),
        { baseTimestamp: timeOf(minute), ...fields },
      )
    for (const [name, configs] of Object.entries(kinds))
      topics.set(name, { name, id: await readyTopic(on, name, { configs }) })
    await client?.produce(broker.bootstrap, 'codec', work)

    for (const minute of MINUTES) {
      for (let at = 0; at < BATCHES; at++) await put('segments', minute, [[`${minute}-${at}`, 'x'.repeat(800)]])
      await put('deleted', minute, [
        ['k', `value of ${minute}`],
        ['l', null],
      ])
      await put('relaxed', 0, [[`k${minute}`, 'not synced by itself']])
    }

    const producer = { producerId: await newProducer(on), producerEpoch: 0 }
    for (const baseSequence of [0, 1, 2, 3, 4, 5]) {
      await put('idempotent', 2 * baseSequence, [['k', 'once']], { ...producer, baseSequence })
      const pairs: readonly Pair[] = [
        ['a', `a${baseSequence}`],
        ['b', null],
      ]
      await put('compacted', 0, pairs, { ...producer, baseSequence: 2 * baseSequence })
    }
    await put('compacted', 0, [['c', 'the only one']])
    await put('compacted', 2, [['d', 'a segment of its own']])
    await put('compacted', 4, [['e', 'active']])
    const compacted = { topic: topicIn(topics, 'compacted'), index: 0 }
    await eventually('a round of compaction', async () =>
      (await contentsOf(on, compacted)).records <= 5 ? true : undefined,
    )

    const partitions = [{ partitionIndex: 0, offset: LOG_START }]
    const answer = await on.call(deleteRecords, 2, { topics: [{ name: 'deleted', partitions }], timeoutMs: 5000 })
    expect(answer.topics[0]?.partitions[0]).toMatchObject({ errorCode: 0, lowWatermark: LOG_START })
    return { topics, producer }
  })
}

/** Partition 0 of every topic, once it is served. */
export const readKinds = (broker: Broker, topics: Topics): Promise<ReadonlyMap<string, Contents>> =>
  withPeer(broker, async (on) => {
    const contents = new Map<string, Contents>()
    for (const [name, topic] of topics)
      contents.set(name, await eventually(`${name} is served`, () => contentsOf(on, { topic, index: 0 })))
    expect(contents.get('deleted')).toMatchObject({ start: LOG_START, end: 2 * MINUTES.length })
    expect(contents.get('segments')).toMatchObject({ records: BATCHES * MINUTES.length })
    return contents
  })
