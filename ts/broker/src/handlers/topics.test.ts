import { describe, expect, it } from 'vitest'
import { randomTopicId, ZERO_TOPIC_ID } from '../base/ids.ts'
import { BrokerError } from '../base/errors.ts'
import { metadata } from '../messages/03-metadata.ts'
import { createTopics } from '../messages/19-create-topics.ts'
import { deleteTopics } from '../messages/20-delete-topics.ts'
import { createPartitions } from '../messages/37-create-partitions.ts'
import { errorCode } from '../wire/errors.ts'
import { handleMetadata } from './03-metadata.ts'
import { handleCreateTopics } from './19-create-topics.ts'
import { handleDeleteTopics } from './20-delete-topics.ts'
import { handleCreatePartitions } from './37-create-partitions.ts'
import { clusterFixture } from './cluster-fixture.ts'

const spec = (name: string, given: { readonly numPartitions?: number; readonly replicationFactor?: number } = {}) => ({
  name,
  numPartitions: 2,
  replicationFactor: 1,
  assignments: [],
  configs: [],
  ...given,
})

describe('CreateTopics', () => {
  it('creates, and answers from version 5 on with what is in force', async () => {
    const { call, cluster } = await clusterFixture({ configs: new Map([['log.retention.hours', '1']]) })
    const topic = { ...spec('orders'), configs: [{ name: 'cleanup.policy', value: 'compact' }] }
    const [created] = (await call(createTopics, handleCreateTopics, 7, { topics: [topic] })).topics
    expect(created).toMatchObject({ errorCode: 0, errorMessage: null, numPartitions: 2, replicationFactor: 1 })
    expect(created?.topicId).toBe(cluster.image().topicsByName.get('orders')?.id)
    const configs = new Map(created?.configs?.map((config) => [config.name, config]))
    expect(configs.get('cleanup.policy')).toMatchObject({ value: 'compact', configSource: 1, readOnly: false })
    expect(configs.get('retention.ms')).toMatchObject({ value: '3600000' })
    expect([...configs.keys()]).toEqual([...configs.keys()].toSorted())
  })

  it('answers what was given as it was written', async () => {
    const { call } = await clusterFixture()
    const topic = { ...spec('orders'), configs: [{ name: 'retention.ms', value: ' 01000 ' }] }
    const [created] = (await call(createTopics, handleCreateTopics, 5, { topics: [topic] })).topics
    expect(created?.configs?.find(({ name }) => name === 'retention.ms')?.value).toBe(' 01000 ')
  })

  it.each([2, 4])('answers version %i without them', async (version) => {
    const { call } = await clusterFixture()
    const { topics } = await call(createTopics, handleCreateTopics, version, { topics: [spec('orders')] })
    expect(topics[0]).toMatchObject({ name: 'orders', errorCode: 0, numPartitions: -1, configs: [] })
  })

  it('validates the same and creates nothing when asked only to validate', async () => {
    const { call, cluster } = await clusterFixture()
    const { revision } = cluster.image()
    const { topics } = await call(createTopics, handleCreateTopics, 7, {
      topics: [spec('good'), spec('bad', { numPartitions: 0 })],
      validateOnly: true,
    })
    expect(topics.map((topic) => topic.errorCode)).toEqual([0, errorCode('INVALID_PARTITIONS')])
    expect(topics[0]?.topicId).not.toBe(ZERO_TOPIC_ID)
    expect(cluster.image().revision).toBe(revision)
  })

  it('takes the defaults of the broker for -1', async () => {
    const { call } = await clusterFixture({ configs: new Map([['num.partitions', '5']]) })
    const topic = spec('orders', { numPartitions: -1, replicationFactor: -1 })
    const { topics } = await call(createTopics, handleCreateTopics, 5, { topics: [topic] })
    expect(topics[0]).toMatchObject({ numPartitions: 5, replicationFactor: 1 })
  })
})

describe('DeleteTopics', () => {
  it('deletes by name up to version 5, by either from 6 on', async () => {
    const { call, cluster, createTopic } = await clusterFixture()
    for (const name of ['a', 'b', 'c']) await createTopic(name)
    const old = await call(deleteTopics, handleDeleteTopics, 5, { topicNames: ['a', 'nope'], timeoutMs: 1 })
    expect(old.responses.map((each) => [each.name, each.errorCode])).toEqual([
      ['a', 0],
      ['nope', 3],
    ])
    const { id } = cluster.image().topicsByName.get('b')!
    const both = await call(deleteTopics, handleDeleteTopics, 6, {
      topics: [
        { name: null, topicId: id },
        { name: 'c', topicId: ZERO_TOPIC_ID },
        { name: null, topicId: randomTopicId() },
      ],
      timeoutMs: 1,
    })
    expect(both.responses.map((each) => [each.name, each.errorCode])).toEqual([
      ['b', 0],
      ['c', 0],
      [null, errorCode('UNKNOWN_TOPIC_ID')],
    ])
    expect(cluster.image().topicsByName.size).toBe(0)
  })

  it.each([
    [2, 'INVALID_REQUEST'],
    [3, 'TOPIC_DELETION_DISABLED'],
  ] as const)('refuses in version %i when deletion is off', async (version, code) => {
    const { call } = await clusterFixture({ configs: new Map([['delete.topic.enable', 'false']]) })
    const asked = call(deleteTopics, handleDeleteTopics, version, { topicNames: ['a'], timeoutMs: 1 })
    await expect(asked).rejects.toMatchObject({ code })
  })
})

describe('CreatePartitions', () => {
  it('adds, or only validates', async () => {
    const { call, cluster, createTopic } = await clusterFixture()
    await createTopic('a', 2)
    const grow = (validateOnly: boolean) =>
      call(createPartitions, handleCreatePartitions, 3, {
        topics: [{ name: 'a', count: 4, assignments: null }],
        timeoutMs: 1,
        validateOnly,
      })
    expect((await grow(true)).results).toEqual([{ name: 'a', errorCode: 0, errorMessage: null }])
    expect(cluster.image().topicsByName.get('a')?.partitions).toHaveLength(2)
    await grow(false)
    expect(cluster.image().topicsByName.get('a')?.partitions).toHaveLength(4)
    expect((await grow(false)).results[0]).toMatchObject({ errorCode: errorCode('INVALID_PARTITIONS') })
  })
})

describe('Metadata', () => {
  const named = (...names: readonly string[]) => names.map((name) => ({ name }))

  it('creates what is missing, answers that it is unknown once, and describes it from then on', async () => {
    const { call, cluster } = await clusterFixture({ configs: new Map([['num.partitions', '3']]) })
    const ask = () => call(metadata, handleMetadata, 12, { topics: named('fresh') })
    expect((await ask()).topics[0]).toMatchObject({ errorCode: 3, name: 'fresh', partitions: [] })
    const { topics, brokers, clusterId, controllerId } = await ask()
    expect(topics[0]).toMatchObject({ errorCode: 0, topicId: cluster.image().topicsByName.get('fresh')?.id })
    expect(topics[0]?.partitions[2]).toMatchObject({ partitionIndex: 2, leaderId: 1, leaderEpoch: 0, isrNodes: [1] })
    expect(brokers).toEqual([{ nodeId: 1, host: 'localhost', port: 9092, rack: null }])
    expect([clusterId, controllerId]).toEqual(['test-cluster', 1])
  })

  it('creates nothing when the broker or the request forbids it', async () => {
    const off = await clusterFixture({ configs: new Map([['auto.create.topics.enable', 'false']]) })
    const on = await clusterFixture()
    const forbidden = { topics: named('fresh'), allowAutoTopicCreation: false }
    expect((await off.call(metadata, handleMetadata, 9, { topics: named('fresh') })).topics[0]?.errorCode).toBe(3)
    expect((await on.call(metadata, handleMetadata, 9, forbidden)).topics[0]?.errorCode).toBe(3)
    expect(off.cluster.image().topicsByName.size + on.cluster.image().topicsByName.size).toBe(0)
  })

  it('refuses names that cannot be topics, and does not make those that would be taken for another', async () => {
    const { call, createTopic, cluster } = await clusterFixture()
    await createTopic('a.b')
    const { topics } = await call(metadata, handleMetadata, 9, { topics: named('../x', '', 'a_b', 'a.b') })
    expect(topics.map(({ name, errorCode: code }) => [name, code])).toEqual([
      ['../x', 17],
      ['', 17],
      ['a_b', 3],
      ['a.b', 0],
    ])
    expect(cluster.image().topicsByName.size).toBe(1)
  })

  // A store that failed took the answer about every other topic with it.
  it('describes the other topics when the store fails', async () => {
    const { call, createTopic } = await clusterFixture()
    await createTopic('there')
    const run = () => Promise.reject(new BrokerError('KAFKA_STORAGE_ERROR'))
    const failing: typeof handleMetadata = (given) => handleMetadata({ ...given, cluster: { ...given.cluster, run } })
    const { topics } = await call(metadata, failing, 9, { topics: named('fresh', 'there') })
    expect(topics.map(({ name, errorCode: code }) => [name, code])).toEqual([
      ['fresh', 3],
      ['there', 0],
    ])
  })

  it('creates a topic once when several ask at the same time', async () => {
    const { call, cluster } = await clusterFixture()
    const ask = () => call(metadata, handleMetadata, 9, { topics: named('fresh', 'fresh') })
    const answers = await Promise.all([ask(), ask(), ask()])
    expect(answers.map(({ topics }) => topics.map((topic) => topic.errorCode))).toEqual([[3], [3], [3]])
    expect(cluster.image().topicsByName.size).toBe(1)
  })

  it('creates the topic of committed offsets as its coordinator wants it', async () => {
    const { call, cluster } = await clusterFixture()
    await call(metadata, handleMetadata, 9, { topics: named('__consumer_offsets') })
    const topic = cluster.image().topicsByName.get('__consumer_offsets')
    expect(topic?.partitions).toHaveLength(50)
    expect(topic?.configs.get('cleanup.policy')).toBe('compact')
    expect(topic?.internal).toBe(true)
  })

  it('takes an empty list for all in version 0 and for none later', async () => {
    const { call, createTopic } = await clusterFixture()
    await createTopic('a')
    const count = async (version: number, topics: readonly [] | null): Promise<number> =>
      (await call(metadata, handleMetadata, version, { topics })).topics.length
    expect([await count(0, []), await count(1, []), await count(1, null)]).toEqual([1, 0, 1])
  })

  it('finds topics by id from version 12 on', async () => {
    const { call, createTopic, cluster } = await clusterFixture()
    await createTopic('a')
    const { id } = cluster.image().topicsByName.get('a')!
    const gone = randomTopicId()
    const topics = [id, gone].map((topicId) => ({ name: null, topicId }))
    const answer = await call(metadata, handleMetadata, 12, { topics })
    expect(answer.topics.map(({ name, topicId, errorCode: code }) => [name, topicId, code])).toEqual([
      ['a', id, 0],
      [null, gone, errorCode('UNKNOWN_TOPIC_ID')],
    ])
    const early = call(metadata, handleMetadata, 11, { topics: [{ name: 'a', topicId: id }] })
    await expect(early).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  })

  it.each([
    [5, 'LEADER_NOT_AVAILABLE'],
    [6, 'LISTENER_NOT_FOUND'],
  ] as const)('says in version %i that the leader cannot be reached through this listener', async (version, code) => {
    const { call, createTopic } = await clusterFixture()
    await createTopic('a')
    const answer = await call(metadata, handleMetadata, version, { topics: named('a') }, { listener: 'INSIDE' })
    expect(answer.brokers).toEqual([])
    expect(answer.topics[0]?.partitions[0]).toMatchObject({ errorCode: errorCode(code), leaderId: -1 })
  })

  it('lists what may be done only when asked', async () => {
    const { call, createTopic } = await clusterFixture()
    await createTopic('a')
    const asked = await call(metadata, handleMetadata, 8, {
      topics: named('a'),
      includeClusterAuthorizedOperations: true,
      includeTopicAuthorizedOperations: true,
    })
    expect([asked.clusterAuthorizedOperations, asked.topics[0]?.topicAuthorizedOperations]).toEqual([8096, 3576])
    const not = await call(metadata, handleMetadata, 8, { topics: named('a') })
    expect(not.topics[0]?.topicAuthorizedOperations).toBe(-2147483648)
  })
})
