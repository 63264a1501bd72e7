// Keys of a broker that are not those of topics, by what they do; those that change while it runs, changed while it runs.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { produce } from 'millrace/messages/00-produce.js'
import { metadata } from 'millrace/messages/03-metadata.js'
import { offsetCommit } from 'millrace/messages/08-offset-commit.js'
import { findCoordinator } from 'millrace/messages/10-find-coordinator.js'
import { joinGroup } from 'millrace/messages/11-join-group.js'
import { heartbeat } from 'millrace/messages/12-heartbeat.js'
import { initProducerId } from 'millrace/messages/22-init-producer-id.js'
import { describeConfigs } from 'millrace/messages/32-describe-configs.js'
import { incrementalAlterConfigs } from 'millrace/messages/44-incremental-alter-configs.js'
import { describeProducers } from 'millrace/messages/61-describe-producers.js'
import { errorCode, errorName } from 'millrace/wire/errors.js'
import { afterEach, expect, test } from 'vitest'
import { readyTopic } from '../harness/ready-topic.ts'
import { batch } from '../harness/batch.ts'
import { type Broker, startBroker, targetName } from '../harness/broker.ts'
import { eventually } from '../harness/eventually.ts'
import { Peer } from '../harness/peer.ts'

const BROKER = 4
const [SET, DELETE] = [0, 1]

const brokers: Broker[] = []
const peers: Peer[] = []

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close()
  for (const broker of brokers.splice(0)) await broker.stop()
})

const serve = async (overrides: Readonly<Record<string, string>> = {}): Promise<{ broker: Broker; on: Peer }> => {
  const broker = await startBroker({ overrides })
  brokers.push(broker)
  return { broker, on: await connect(broker) }
}

const connect = async ({ port }: Broker): Promise<Peer> => {
  const peer = await Peer.open(port)
  peers.push(peer)
  return peer
}

const set = async (on: Peer, name: string, value: string | null, broker = ''): Promise<string> => {
  const configs = [{ name, configOperation: (value === null ? DELETE : SET) ?? -1, value }]
  const resources = [{ resourceType: BROKER, resourceName: broker, configs }]
  const { responses } = await on.call(incrementalAlterConfigs, 1, { resources, validateOnly: false })
  return errorName(responses[0]!.errorCode)
}

// A connection that is one too many is closed, at once here, when it asks for something in Kafka at the latest.
const isAdmitted = async (broker: Broker): Promise<boolean> => {
  const peer = await connect(broker)
  try {
    await peer.call(metadata, 1, { topics: [] })
    return true
  } catch {
    return false
  }
}

/** A connection that was closed may be counted a moment longer. */
const admitted = (broker: Broker): Promise<true> =>
  eventually('one more connection is admitted', async () => ((await isAdmitted(broker)) ? true : undefined))

const millraceOnly = test.skipIf(targetName === 'kafka')

millraceOnly('max.connections and max.connections.per.ip close a connection too many, as they are now', async () => {
  const { broker, on } = await serve({ 'max.connections': '3' })
  await admitted(broker)
  await admitted(broker)
  expect(await isAdmitted(broker)).toBe(false)
  expect(await set(on, 'max.connections', '4')).toBe('NONE')
  await admitted(broker)
  expect(await isAdmitted(broker)).toBe(false)
  expect(await set(on, 'max.connections', '100')).toBe('NONE')

  expect(await set(on, 'max.connections.per.ip', '5')).toBe('NONE')
  await admitted(broker)
  expect(await isAdmitted(broker)).toBe(false)
  expect(await set(on, 'max.connections.per.ip.overrides', '127.0.0.1:6,::1:1')).toBe('NONE')
  await admitted(broker)
  expect(await isAdmitted(broker)).toBe(false)
  // Those that are there stay, and nobody else comes in.
  expect(await set(on, 'max.connections.per.ip.overrides', '127.0.0.1:1')).toBe('NONE')
  expect(await isAdmitted(broker)).toBe(false)
  for (const key of ['max.connections.per.ip', 'max.connections.per.ip.overrides']) {
    expect(await set(on, key, null)).toBe('NONE')
  }
  await admitted(broker)
})

millraceOnly('what was set while running is obeyed after a restart', async () => {
  const { broker, on } = await serve()
  expect(await set(on, 'max.connections.per.ip', '2', '1')).toBe('NONE')
  await broker.halt()
  await broker.restart()
  const again = await connect(broker)
  const resources = [{ resourceType: BROKER, resourceName: '1', configurationKeys: ['max.connections.per.ip'] }]
  const { results } = await again.call(describeConfigs, 4, { resources })
  expect(results[0]?.configs[0]).toMatchObject({ value: '2', configSource: 2 })
  await admitted(broker)
  expect(await isAdmitted(broker)).toBe(false)
})

test('producer.id.expiration.ms forgets idle producers, as it is now', async () => {
  const { on } = await serve({
    'log.retention.check.interval.ms': '50',
    'producer.id.expiration.check.interval.ms': '50',
  })
  await readyTopic(on, 'written')
  // Kafka asks its controller for ids first.
  const { producerId, producerEpoch } = await eventually('a producer id', async () => {
    const given = await on.call(initProducerId, 4, { transactionalId: null, transactionTimeoutMs: 1000 })
    return given.errorCode === 0 ? given : undefined
  })
  const records = batch([{ value: 'x' }], { producerId, producerEpoch, baseSequence: 0 })
  const topicData = [{ name: 'written', partitionData: [{ index: 0, records }] }]
  await on.call(produce, 9, { transactionalId: null, acks: -1, timeoutMs: 5000, topicData })
  const known = async (): Promise<number> => {
    const { topics } = await on.call(describeProducers, 0, { topics: [{ name: 'written', partitionIndexes: [0] }] })
    return topics[0]!.partitions[0]!.activeProducers.length
  }
  expect(await known()).toBe(1)
  expect(await set(on, 'producer.id.expiration.ms', '100')).toBe('NONE')
  await eventually('the producer is forgotten', async () => ((await known()) === 0 ? true : undefined))
})

test('log.flush.offset.checkpoint.interval.ms is how often recovery points are written', async () => {
  const { broker, on } = await serve({
    'log.flush.offset.checkpoint.interval.ms': '100',
    'log.initial.task.delay.ms': '0',
  })
  await readyTopic(on, 'written')
  const topicData = [{ name: 'written', partitionData: [{ index: 0, records: batch([{ value: 'x' }]) }] }]
  await on.call(produce, 9, { transactionalId: null, acks: -1, timeoutMs: 5000, topicData })
  await eventually('a recovery point', () => {
    const file = readFileSync(join(broker.dataDirectory, 'recovery-point-offset-checkpoint'), 'utf8')
    return /^written 0 \d+$/m.test(file) || undefined
  })
})

test('socket.request.max.bytes closes the connection of a larger request', async () => {
  const { on } = await serve({ 'socket.request.max.bytes': '2000' })
  await on.call(metadata, 1, { topics: [] })
  const topics = Array.from({ length: 300 }, (_, at) => ({ name: `topic-${at}` }))
  await expect(on.call(metadata, 1, { topics })).rejects.toThrow('closed')
})

test('broker.rack is told to clients', async () => {
  const { on } = await serve({ 'broker.rack': 'here' })
  expect((await on.call(metadata, 1, { topics: [] })).brokers[0]?.rack).toBe('here')
})

test('group.min.session.timeout.ms and group.max.session.timeout.ms bound what members ask for', async () => {
  const { on } = await serve({ 'group.min.session.timeout.ms': '100', 'group.max.session.timeout.ms': '200' })
  await coordinated(on)
  const join = async (sessionTimeoutMs: number): Promise<string> => {
    const protocols = [{ name: 'range', metadata: Buffer.alloc(0) }]
    const request = { groupId: 'g', sessionTimeoutMs, rebalanceTimeoutMs: 1000, memberId: '' }
    return errorName((await on.call(joinGroup, 5, { ...request, protocolType: 'consumer', protocols })).errorCode)
  }
  expect(await join(99)).toBe('INVALID_SESSION_TIMEOUT')
  expect(await join(201)).toBe('INVALID_SESSION_TIMEOUT')
  expect(await join(150)).toBe('MEMBER_ID_REQUIRED')
})

test('offset.metadata.max.bytes bounds the text of a commit', async () => {
  const { on } = await serve({ 'offset.metadata.max.bytes': '5' })
  await readyTopic(on, 'committed')
  await coordinated(on)
  const commit = async (committedMetadata: string): Promise<number> => {
    const partitions = [{ partitionIndex: 0, committedOffset: 1, committedMetadata }]
    const topics = [{ name: 'committed', partitions }]
    const { topics: answered } = await on.call(offsetCommit, 8, { groupId: 'g', memberId: '', topics })
    return answered[0]!.partitions[0]!.errorCode
  }
  expect(await commit('12345')).toBe(0)
  expect(await commit('123456')).toBe(errorCode('OFFSET_METADATA_TOO_LARGE'))
})

test('offsets.topic.* shape the topic of committed offsets', async () => {
  const { on } = await serve({ 'offsets.topic.num.partitions': '3', 'offsets.topic.segment.bytes': '2000000' })
  await coordinated(on)
  const name = '__consumer_offsets'
  const { topics } = await on.call(metadata, 9, { topics: [{ name }] })
  expect(topics[0]?.partitions).toHaveLength(3)
  const resources = [{ resourceType: 2, resourceName: name, configurationKeys: ['segment.bytes', 'cleanup.policy'] }]
  const { results } = await on.call(describeConfigs, 4, { resources })
  expect(Object.fromEntries(results[0]!.configs.map((config) => [config.name, config.value]))).toEqual({
    'segment.bytes': '2000000',
    'cleanup.policy': 'compact',
  })
})

/** Names of threads, as far as they begin so. A thread may end while they are read. */
const threads = (broker: Broker, beginning: RegExp): readonly string[] => {
  const tasks = `/proc/${broker.pid()}/task`
  const names = readdirSync(tasks).flatMap((task) => {
    const file = join(tasks, task, 'comm')
    return existsSync(file) ? [readFileSync(file, 'utf8').trim()] : []
  })
  return names.filter((name) => beginning.test(name)).toSorted()
}

millraceOnly('millrace.workers is the number of threads that serve', async () => {
  const { broker } = await serve({ 'millrace.workers': '3' })
  expect(threads(broker, /^net-\d+$/)).toEqual(['net-0', 'net-1', 'net-2'])
})

millraceOnly(
  'log.cleaner.threads is the number of threads that compact, as it is now; log.cleaner.enable may stop them',
  async () => {
    const { broker, on } = await serve({ 'log.cleaner.backoff.ms': '50' })
    const compacting = (count: number): Promise<true> =>
      eventually(`${count} threads compact`, () => threads(broker, /^cleaner/).length === count || undefined)
    await compacting(1)
    expect(await set(on, 'log.cleaner.threads', '2')).toBe('NONE')
    await compacting(2)
    expect(await set(on, 'log.cleaner.threads', '1')).toBe('NONE')
    await compacting(1)
    const { broker: other } = await serve({ 'log.cleaner.enable': 'false' })
    expect(threads(other, /^cleaner/)).toEqual([])
  },
)

/** What a broker says comes by another way than its answers, and may be later. */
const said = (broker: Broker, words: RegExp): Promise<string> =>
  eventually(`${words} is said`, () =>
    broker
      .logs()
      .split('\n')
      .find((line) => words.test(line)),
  )

millraceOnly('a setting without effect is told with its reason, whoever makes it', async () => {
  const { broker, on } = await serve({ 'metrics.num.samples': '3' })
  await said(broker, /\d settings are accepted and without effect here: [^"]*metrics\.num\.samples/)
  expect(await set(on, 'num.io.threads', '9')).toBe('NONE')
  expect(JSON.parse(await said(broker, /no effect here/))).toMatchObject({
    scope: 'broker',
    resource: '',
    keys: { 'num.io.threads': 'millrace.workers says how many threads serve here' },
  })
  expect(await set(on, 'num.recovery.threads.per.data.dir', '3')).toBe('NONE')
  expect(JSON.parse(await said(broker, /recovered before/))).toMatchObject({ scope: 'broker' })
  expect(await set(on, 'num.io.threads', null)).toBe('NONE')
  await readyTopic(on, 'told', { configs: { preallocate: 'true' } })
  expect(JSON.parse(await said(broker, /preallocate/))).toMatchObject({ scope: 'topic', resource: 'told' })
  await broker.halt()
  await broker.restart()
  await said(broker, /of what was set while running: 1 setting is [^"]*: num\.recovery\.threads\.per\.data\.dir /)
})

/** Waits until the broker coordinates groups. */
const coordinated = async (on: Peer): Promise<void> => {
  await eventually('a coordinator', async () => {
    await on.call(findCoordinator, 2, { key: 'g', keyType: 0 })
    const { errorCode: code } = await on.call(heartbeat, 3, { groupId: 'g', generationId: 1, memberId: 'x' })
    return code === errorCode('UNKNOWN_MEMBER_ID') ? true : undefined
  })
}
