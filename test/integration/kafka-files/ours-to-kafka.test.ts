// What Millrace leaves after a clean stop is a directory of Apache Kafka: it serves every record from it, its producers go on, and its
// own tool has no complaint about any of the files.
import { join } from 'node:path'
import { produce } from 'millrace/messages/00-produce.js'
import { deleteRecords } from 'millrace/messages/21-delete-records.js'
import { errorName } from 'millrace/wire/errors.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readyTopic } from '../../harness/ready-topic.ts'
import { newProducer, produceTo, type TopicRef, write } from '../../conformance/scenarios/requests.ts'
import { batch, type BatchFields } from '../../harness/batch.ts'
import { type Broker, startBroker } from '../../harness/broker.ts'
import { removeDirectory, temporaryDirectory } from '../../harness/cleanup.ts'
import { missingClients } from '../../harness/clients.ts'
import { eventually } from '../../harness/eventually.ts'
import { dumpComplaint, type JavaTools, startJavaTools } from '../../harness/java-tools.ts'
import { Peer } from '../../harness/peer.ts'
import { codecClients } from '../codec-clients.ts'
import { expected, records } from '../codec-records.ts'
import {
  checkpointLines,
  type Contents,
  contentsOf,
  directoryOf,
  filesOf,
  offsetOfTime,
  replacePartition,
  writeCheckpoint,
} from './partitions.ts'

const missing = await missingClients('java', 'python')
const withBoth = test.skipIf(missing !== undefined)

const MINUTE_MS = 60_000
const BEGIN_MS = Date.now() - 60 * MINUTE_MS
const MINUTES = [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]
/** Of `deleted`: in the midst of a segment. */
const LOG_START = 7
const LOG_STARTS = 'log-start-offset-checkpoint'

const client = codecClients.find(({ name }) => name === 'librdkafka')
const codecTopics = client?.codecs.map((codec) => `codec-${codec}`) ?? []
/** A segment ends with the minute of its first record. */
const byMinute = { 'segment.ms': String(MINUTE_MS) }
const topics: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ...Object.fromEntries(codecTopics.map((name) => [name, {}])),
  segments: byMinute,
  compacted: { ...byMinute, 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.01' },
  idempotent: byMinute,
  deleted: byMinute,
  relaxed: { 'flush.messages': '1000' },
}
const names = Object.keys(topics)

const work = temporaryDirectory('ours-to-kafka')
const before = new Map<string, Contents>()
const ids = new Map<string, TopicRef>()
const theirIds = new Map<string, TopicRef>()
let ours: Broker
let kafka: Broker
let tools: JavaTools
let producer: BatchFields

const withPeer = async <T>(broker: Broker, use: (on: Peer) => Promise<T>): Promise<T> => {
  const on = await Peer.open(broker.port)
  try {
    return await use(on)
  } finally {
    on.close()
  }
}

/** A Kafka that knows the topics, stopped. It compacts nothing, so that all of it can be compared. */
const createdInKafka = async (): Promise<Broker> => {
  const broker = await startBroker({ target: 'kafka', overrides: { 'log.cleaner.enable': 'false' } })
  await withPeer(broker, async (on) => {
    for (const name of names) theirIds.set(name, { name, id: await readyTopic(on, name) })
  })
  await broker.halt()
  return broker
}

beforeAll(async () => {
  if (missing !== undefined) return
  const overrides = { 'log.cleaner.backoff.ms': '50' }
  ;[ours, kafka] = await Promise.all([startBroker({ target: 'millrace', overrides }), createdInKafka()])
  tools = startJavaTools()
})
afterAll(async () => {
  await Promise.all([ours?.stop(), kafka?.stop(), tools?.stop()])
  removeDirectory(work)
})

const topicIn = (known: ReadonlyMap<string, TopicRef>, name: string): TopicRef => {
  const found = known.get(name)
  if (found === undefined) throw new Error(`no topic ${name}`)
  return found
}

/** The directory of our partition 0 of a topic. */
const ourDirectory = (name: string): string => directoryOf(ours.dataDirectory, { topic: topicIn(ids, name), index: 0 })

type Pair = readonly [key: string, value: string | null]

/** One batch whose records are of the given minute. */
const put = (on: Peer, name: string, minute: number, pairs: readonly Pair[], fields: BatchFields = {}) =>
  write(
    on,
    topicIn(ids, name),
    pairs.map(([key, value]) => ({ key, value })),
    { baseTimestamp: BEGIN_MS + minute * MINUTE_MS, ...fields },
  )

withBoth('records of every kind are written to Millrace', async () => {
  await withPeer(ours, async (on) => {
    for (const [name, configs] of Object.entries(topics))
      ids.set(name, { name, id: await readyTopic(on, name, { configs }) })
    await client?.produce(ours.bootstrap, 'codec', work)

    for (const minute of MINUTES) {
      for (let at = 0; at < 20; at++) await put(on, 'segments', minute, [[`${minute}-${at}`, 'x'.repeat(800)]])
      await put(on, 'deleted', minute, [
        ['k', `value of ${minute}`],
        ['l', null],
      ])
      await put(on, 'relaxed', 0, [[`k${minute}`, 'not synced by itself']])
    }

    producer = { producerId: await newProducer(on), producerEpoch: 0 }
    for (const baseSequence of [0, 1, 2, 3, 4, 5]) {
      await put(on, 'idempotent', 2 * baseSequence, [['k', 'once']], { ...producer, baseSequence })
      await put(
        on,
        'compacted',
        0,
        [
          ['a', `a${baseSequence}`],
          ['b', null],
        ],
        { ...producer, baseSequence: 2 * baseSequence },
      )
    }
    await put(on, 'compacted', 0, [['c', 'the only one']])
    await put(on, 'compacted', 2, [['d', 'a segment of its own']])
    await put(on, 'compacted', 4, [['e', 'active']])
    const compacted = { topic: topicIn(ids, 'compacted'), index: 0 }
    await eventually('a round of compaction', async () =>
      (await contentsOf(on, compacted)).records <= 5 ? true : undefined,
    )

    const partitions = [{ partitionIndex: 0, offset: LOG_START }]
    const answer = await on.call(deleteRecords, 2, { topics: [{ name: 'deleted', partitions }], timeoutMs: 5000 })
    expect(answer.topics[0]?.partitions[0]).toMatchObject({ errorCode: 0, lowWatermark: LOG_START })

    for (const name of names) before.set(name, await contentsOf(on, { topic: topicIn(ids, name), index: 0 }))
  })
  expect(before.get('deleted')).toMatchObject({ start: LOG_START, end: 2 * MINUTES.length })
  expect(before.get('segments')).toMatchObject({ records: 20 * MINUTES.length })
  expect(await ours.halt()).toBe(0)
  expect(filesOf(ourDirectory('segments'), '.log')).toHaveLength(MINUTES.length)
})

withBoth('Apache Kafka serves every record from our directories', async () => {
  for (const name of names) {
    replacePartition(ourDirectory(name), directoryOf(kafka.dataDirectory, { topic: topicIn(theirIds, name), index: 0 }))
  }
  // That a log begins within a segment is said in a file for all logs.
  const starts = join(kafka.dataDirectory, LOG_STARTS)
  writeCheckpoint(
    starts,
    new Map([...checkpointLines(starts), ...checkpointLines(join(ours.dataDirectory, LOG_STARTS))]),
  )
  await kafka.restart()

  await withPeer(kafka, async (on) => {
    for (const name of names) {
      const partition = { topic: topicIn(theirIds, name), index: 0 }
      const found = await eventually(`${name} is served`, () => contentsOf(on, partition))
      expect(found, name).toEqual(before.get(name))
    }
    const segments = { topic: topicIn(theirIds, 'segments'), index: 0 }
    for (const [at, minute] of MINUTES.entries())
      expect(await offsetOfTime(on, segments, BEGIN_MS + minute * MINUTE_MS - 1)).toBe(20 * at)
  })
  const received = await client?.consume(kafka.bootstrap, records.length * codecTopics.length, codecTopics)
  for (const topic of codecTopics) expect(received?.get(topic), topic).toEqual(records.map(expected))
})

withBoth('an idempotent producer goes on at Apache Kafka where it was', async () => {
  await withPeer(kafka, async (on) => {
    const send = async (name: string, baseSequence: number): Promise<string> => {
      const bytes = batch([{ key: 'k', value: 'more' }], { ...producer, baseSequence })
      const { responses } = await on.call(produce, 13, produceTo(topicIn(theirIds, name), bytes))
      const answer = responses[0]?.partitionResponses[0]
      return `${errorName(answer?.errorCode ?? -1)} ${answer?.baseOffset}`
    }
    expect(await send('idempotent', 5)).toBe('NONE 5')
    expect(await send('idempotent', 8)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER -1')
    expect(await send('idempotent', 6)).toBe('NONE 6')
    expect(await send('compacted', 12)).toBe('NONE 15')
  })
})

withBoth('DumpLogSegments has no complaint about any file of ours', async () => {
  const dump = async (files: readonly string[], ...flags: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await tools.run('dumpLogSegments', ['--files', files.join(','), ...flags])
    expect(code, stderr).toBe(0)
    expect(dumpComplaint.exec(stdout + stderr)?.[0], flags.join(' ')).toBeUndefined()
    return stdout
  }
  const ofAll = (ending: string): readonly string[] => names.flatMap((name) => filesOf(ourDirectory(name), ending))
  // What the codecs carry may spell anything.
  const [codecs, others] = [(name: string) => codecTopics.includes(name), (name: string) => !codecTopics.includes(name)]
  const logs = (which: (name: string) => boolean): readonly string[] =>
    names.filter((name) => which(name)).flatMap((name) => filesOf(ourDirectory(name), '.log'))
  expect(await dump(logs(codecs), '--deep-iteration')).toContain('isvalid: true')
  expect(await dump(logs(others), '--deep-iteration', '--print-data-log')).toContain('payload: not synced by itself')
  expect(await dump(ofAll('.index'), '--index-sanity-check')).toMatch(/passed sanity check/)
  await dump(ofAll('.index'), '--verify-index-only')
  await dump(ofAll('.timeindex'))
  await dump(ofAll('.timeindex'), '--verify-index-only')
  expect(await dump(ofAll('.snapshot'))).toContain(`producerId: ${String(producer.producerId)}`)
})
