// Thousands of partitions in one broker (100,000 with MILLRACE_FULL=1): all of them are there, before a restart and after it, and what
// they cost in memory and open files is bounded.
import { readdirSync } from 'node:fs'
import { produce } from 'millrace/messages/00-produce.js'
import { listOffsets } from 'millrace/messages/02-list-offsets.js'
import { metadata } from 'millrace/messages/03-metadata.js'
import { createTopics } from 'millrace/messages/19-create-topics.js'
import { describeConfigs } from 'millrace/messages/32-describe-configs.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { batch } from '../harness/batch.ts'
import { type Broker, startBroker } from '../harness/broker.ts'
import { Peer } from '../harness/peer.ts'
import { openDescriptors, residentBytes } from '../harness/proc.ts'

const isFull = process.env['MILLRACE_FULL'] === '1'
const TOPICS = isFull ? 1000 : 20
const EACH = 100
const PARTITIONS = TOPICS * EACH
/** What one CreateTopics may make. */
const REQUEST_PARTITIONS_MAX = 10_000
/** One partition of each of so many topics gets records. */
const WRITTEN_TOPICS = 20
const RECORDS = 3
/** Both halves of a broker keep about 2 KiB of a partition; the rest is what the collector has not taken back yet. */
const MEMORY_BYTES_MAX = 64 * 1024 ** 2 + PARTITIONS * 8 * 1024

const TOPIC_RESOURCE = 2
const LATEST = -1

const names = Array.from({ length: TOPICS }, (_, at) => `many-${at}`)
const partitions = Array.from({ length: EACH }, (_, index) => index)
const chunks = <Value>(values: readonly Value[], size: number): Value[][] =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, at) => values.slice(at * size, (at + 1) * size))

let broker: Broker
let peer: Peer
beforeAll(async () => {
  broker = await startBroker({ target: 'millrace' })
  peer = await Peer.open(broker.port)
})
afterAll(() => broker.stop())

const countLed = async (): Promise<number> => {
  const answer = await peer.call(metadata, 12, { topics: null, allowAutoTopicCreation: false })
  const all = answer.topics.flatMap((topic) => topic.partitions)
  return all.filter(({ errorCode, leaderId }) => errorCode === 0 && leaderId >= 0).length
}

/** The ends of all partitions, those with records first. */
const ends = async (): Promise<readonly number[]> => {
  const found: number[] = []
  for (const some of chunks(names, REQUEST_PARTITIONS_MAX / EACH)) {
    const wanted = partitions.map((partitionIndex) => ({ partitionIndex, timestamp: LATEST }))
    const topics = some.map((name) => ({ name, partitions: wanted }))
    const answer = await peer.call(listOffsets, 7, { replicaId: -1, topics })
    found.push(...answer.topics.flatMap((topic) => topic.partitions.map(({ offset }) => offset)))
  }
  return found.toSorted((a, b) => b - a)
}

const EXPECTED_ENDS = Array.from({ length: PARTITIONS }, (_, at) => (at < WRITTEN_TOPICS ? RECORDS : 0))

test('they are made, described and written to', async () => {
  const before = residentBytes(broker.pid())
  for (const some of chunks(names, REQUEST_PARTITIONS_MAX / EACH)) {
    const topics = some.map((name) => ({
      name,
      numPartitions: EACH,
      replicationFactor: 1,
      assignments: [],
      configs: [],
    }))
    const made = await peer.call(createTopics, 5, { topics, timeoutMs: 60_000, validateOnly: false })
    expect(made.topics.filter(({ errorCode }) => errorCode !== 0)).toEqual([])
  }
  expect(await countLed()).toBe(PARTITIONS)
  expect(residentBytes(broker.pid()) - before).toBeLessThan(MEMORY_BYTES_MAX)

  const resources = names.map((resourceName) => ({
    resourceType: TOPIC_RESOURCE,
    resourceName,
    configurationKeys: ['retention.ms'],
  }))
  const described = await peer.call(describeConfigs, 4, { resources })
  expect(described.results.filter(({ configs }) => configs.length === 1)).toHaveLength(TOPICS)

  const records = batch(Array.from({ length: RECORDS }, (_, at) => ({ value: `value ${at}` })))
  const topicData = names
    .slice(0, WRITTEN_TOPICS)
    .map((name, at) => ({ name, partitionData: [{ index: at % EACH, records }] }))
  const written = await peer.call(produce, 9, { transactionalId: null, acks: -1, timeoutMs: 60_000, topicData })
  expect(written.responses.flatMap((topic) => topic.partitionResponses.map(({ errorCode }) => errorCode))).toEqual(
    Array.from({ length: WRITTEN_TOPICS }, () => 0),
  )
  expect(await ends()).toEqual(EXPECTED_ENDS)
  expect(residentBytes(broker.pid()) - before).toBeLessThan(MEMORY_BYTES_MAX)
})

test('they are there after a restart; only those with records are on the disk, and open when they are read', async () => {
  peer.close()
  expect(await broker.halt()).toBe(0)
  const entries = readdirSync(broker.dataDirectory, { withFileTypes: true })
  expect(entries.filter((entry) => entry.isDirectory())).toHaveLength(WRITTEN_TOPICS)
  await broker.restart()
  peer = await Peer.open(broker.port)
  const open = (): number => openDescriptors(broker.pid()).filter((path) => path.includes('/many-')).length
  expect(await countLed()).toBe(PARTITIONS)
  expect(open()).toBe(0)
  expect(await ends()).toEqual(EXPECTED_ENDS)
  // Data, offsets, times.
  expect(open()).toBeLessThanOrEqual(WRITTEN_TOPICS * 3)
})
