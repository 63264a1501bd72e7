// What Millrace leaves after a clean stop is a directory of Apache Kafka: it serves every record from it, its producers go on, and its
// own tool has no complaint about any of the files.
import { join } from 'node:path'
import { produce } from 'millrace/messages/00-produce.js'
import { errorName } from 'millrace/wire/errors.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readyTopic } from '../../harness/ready-topic.ts'
import { produceTo, type TopicRef } from '../../conformance/scenarios/requests.ts'
import { batch, type BatchFields } from '../../harness/batch.ts'
import { type Broker, startBroker } from '../../harness/broker.ts'
import { removeDirectory, temporaryDirectory } from '../../harness/cleanup.ts'
import { missingClients } from '../../harness/clients.ts'
import { dumpComplaint, type JavaTools, startJavaTools } from '../../harness/java-tools.ts'
import { millrace } from '../../harness/millrace.ts'
import { expected, records } from '../codec-records.ts'
import {
  BATCHES,
  client,
  codecTopics,
  kinds,
  MINUTES,
  readKinds,
  timeOf,
  topicIn,
  type Topics,
  withPeer,
  writeKinds,
} from './kinds.ts'
import {
  checkpointLines,
  type Contents,
  directoryOf,
  filesOf,
  offsetOfTime,
  replacePartition,
  writeCheckpoint,
} from './partitions.ts'

const missing = await missingClients('java', 'python')
const withBoth = test.skipIf(missing !== undefined)

const LOG_STARTS = 'log-start-offset-checkpoint'
const names = Object.keys(kinds)

const work = temporaryDirectory('ours-to-kafka')
const theirIds = new Map<string, TopicRef>()
let ids: Topics
let before: ReadonlyMap<string, Contents>
let ours: Broker
let kafka: Broker
let tools: JavaTools
let producer: BatchFields

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

/** The directory of our partition 0 of a topic. */
const ourDirectory = (name: string): string => directoryOf(ours.dataDirectory, { topic: topicIn(ids, name), index: 0 })

withBoth('records of every kind are written to Millrace', async () => {
  ;({ topics: ids, producer } = await writeKinds(ours, work))
  before = await readKinds(ours, ids)
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

  expect(await readKinds(kafka, theirIds)).toEqual(before)
  await withPeer(kafka, async (on) => {
    const segments = { topic: topicIn(theirIds, 'segments'), index: 0 }
    for (const [at, minute] of MINUTES.entries())
      expect(await offsetOfTime(on, segments, timeOf(minute) - 1)).toBe(BATCHES * at)
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

withBoth('log dump finds what DumpLogSegments finds: the same batches in the same places', async () => {
  const files = names.flatMap((name) => filesOf(ourDirectory(name), '.log'))
  const theirs = await tools.run('dumpLogSegments', ['--files', files.join(',')])
  const field = (line: string, name: string): number => Number(new RegExp(` ${name}: (-?\\d+)`).exec(` ${line}`)?.[1])
  const found = theirs.stdout.split('\n').filter((line) => line.startsWith('baseOffset: '))
  const dumped = await millrace(['log', 'dump', ...files, '--records', '-o', 'json'])
  expect(dumped).toMatchObject({ code: 0, complained: '' })
  const batches = JSON.parse(dumped.said) as Readonly<Record<string, number | string | readonly unknown[]>>[]
  expect(batches.length).toBeGreaterThan(files.length)
  const same = ['baseOffset', 'lastOffset', 'count', 'baseSequence', 'lastSequence', 'producerId', 'producerEpoch']
  expect(
    batches.map((each) => [
      ...same.map((name) => each[name]),
      each['position'],
      each['bytes'],
      each['crc'],
      each['codec'],
    ]),
  ).toEqual(
    found.map((line) => [
      ...[...same, 'position', 'size', 'crc'].map((name) => field(line, name)),
      / compresscodec: (\w+)/.exec(line)?.[1],
    ]),
  )
  expect(batches.map(({ records: read }) => (read as readonly unknown[]).length)).toEqual(
    batches.map(({ count }) => count),
  )
  const snapshots = names.flatMap((name) => filesOf(ourDirectory(name), '.snapshot'))
  const producers = await millrace(['log', 'dump', ...snapshots, '-o', 'csv'])
  expect(producers.said).toContain(`\n${String(producer.producerId)},${String(producer.producerEpoch)},`)
})
