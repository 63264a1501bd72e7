// What the admin API shows of topics, groups and brokers that clients of the protocol have made.
import { contract } from 'millrace/admin/contract.js'
import { produce } from 'millrace/messages/00-produce.js'
import { offsetCommit } from 'millrace/messages/08-offset-commit.js'
import { joinGroup } from 'millrace/messages/11-join-group.js'
import { syncGroup } from 'millrace/messages/14-sync-group.js'
import { beforeAll, expect, test } from 'vitest'
import { batch } from '../../harness/batch.ts'
import { eventually } from '../../harness/eventually.ts'
import { readyCoordinator } from '../../harness/ready-coordinator.ts'
import { readyTopic } from '../../harness/ready-topic.ts'
import { inside } from './inside.ts'

const { authorization, call, fetch, peer } = inside({ 'group.initial.rebalance.delay.ms': '0' })

/** The id of a member that leads its group and gives itself a partition. */
const given = async (groupId: string, topic: string, partition: number): Promise<string> => {
  await readyCoordinator(peer(), groupId)
  const { errorCode, generationId, memberId } = await peer().call(joinGroup, 3, {
    groupId,
    sessionTimeoutMs: 300_000,
    rebalanceTimeoutMs: 300_000,
    memberId: '',
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.alloc(6) }],
  })
  expect(errorCode).toBe(0)
  const assignment = Buffer.alloc(6 + 2 + topic.length + 4 + 4 + 4)
  assignment.writeInt32BE(1, 2)
  assignment.writeInt16BE(topic.length, 6)
  assignment.write(topic, 8)
  assignment.writeInt32BE(1, 8 + topic.length)
  assignment.writeInt32BE(partition, 12 + topic.length)
  const assignments = [{ memberId, assignment }]
  const synced = await peer().call(syncGroup, 3, { groupId, generationId, memberId, assignments })
  expect(synced.errorCode).toBe(0)
  return memberId
}

/** A row of the list is at most a second old. */
const shown = <T>(read: () => Promise<T>, wanted: (value: T) => boolean): Promise<T> =>
  eventually('the API shows it', async () => {
    const value = await read()
    return wanted(value) ? value : undefined
  })

beforeAll(async () => {
  await readyTopic(peer(), 'orders', { partitions: 3, configs: { 'retention.ms': '3600000' } })
  await readyTopic(peer(), 'a.small-one', { configs: { 'cleanup.policy': 'compact' } })
  await readyTopic(peer(), 'payments')
  const records = batch(Array.from({ length: 10 }, (_, at) => ({ value: `record ${at}` })))
  const appended = await peer().call(produce, 9, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 10_000,
    topicData: [{ name: 'orders', partitionData: [{ index: 1, records }] }],
  })
  expect(appended.responses[0]?.partitionResponses[0]?.errorCode).toBe(0)
  await readyCoordinator(peer(), 'readers/of orders')
  const committed = await peer().call(offsetCommit, 7, {
    groupId: 'readers/of orders',
    generationIdOrMemberEpoch: -1,
    memberId: '',
    topics: [{ name: 'orders', partitions: [{ partitionIndex: 1, committedOffset: 4, committedMetadata: 'noted' }] }],
  })
  expect(committed.topics[0]?.partitions[0]?.errorCode).toBe(0)
})

test('topics: a page with sizes, records, groups and lag', async () => {
  const orders = await shown(
    async () => (await call('topics', { search: 'ORD' })).items[0],
    (topic) => topic?.lag === '6',
  )
  expect(orders).toMatchObject({ name: 'orders', partitions: 3, replicationFactor: 1, records: '10', groups: 1 })
  expect(Number(orders?.bytes)).toBeGreaterThan(10)
})

test('topics: every column sorts, both ways, and pages do not overlap', async () => {
  for (const sort of contract.topics.input.shape.sort.unwrap().options) {
    const up = await call('topics', { sort, internal: 'false' })
    const down = await call('topics', { sort, order: 'desc', internal: 'false' })
    expect(up.total, sort).toBe(3)
    expect(new Set(down.items.map(({ name }) => name)), sort).toEqual(new Set(up.items.map(({ name }) => name)))
  }
  const pages = await Promise.all([0, 1, 2].map((offset) => call('topics', { internal: 'false', offset, limit: 1 })))
  expect(pages.flatMap(({ items }) => items.map(({ name }) => name))).toEqual(['a.small-one', 'orders', 'payments'])
  const bySize = await call('topics', { sort: 'partitions', order: 'desc', internal: 'false' })
  expect(bySize.items[0]?.name).toBe('orders')
})

test('a topic: partitions with offsets, and every config with its source', async () => {
  const topic = await shown(
    () => call('topic', { topic: 'orders' }),
    ({ partitionRows }) => partitionRows[1]?.highWatermark === '10',
  )
  expect(topic.partitionRows).toHaveLength(3)
  expect(topic.partitionRows[1]).toMatchObject({ index: 1, leader: 1, firstOffset: '0', endOffset: '10' })
  expect(topic.groupNames).toEqual(['readers/of orders'])
  expect((await call('topic', { topic: 'orders', offset: 2, limit: 5 })).partitionRows).toHaveLength(1)

  const { items } = await call('topicConfigs', { topic: 'orders' })
  const retention = items.find(({ name }) => name === 'retention.ms')
  expect(retention).toMatchObject({ value: '3600000', source: 'topic', changed: true, type: 'long' })
  expect(items.find(({ name }) => name === 'segment.bytes')).toMatchObject({ source: 'default', changed: false })
  expect(items.every(({ doc }) => doc !== '')).toBe(true)
})

test('groups: found by any name, with lag for each partition', async () => {
  const { items, total } = await shown(
    () => call('groups', { topic: 'orders' }),
    (page) => page.items[0]?.lag === '6',
  )
  expect(total).toBe(1)
  expect(items[0]).toMatchObject({ name: 'readers/of orders', state: 'Empty', members: 0, topics: 1 })
  expect((await call('groups', { topic: 'payments' })).total).toBe(0)
  expect((await call('groups', { state: 'Stable' })).total).toBe(0)

  const group = await call('group', { group: 'readers/of orders', offset: 1, limit: 1 })
  expect(group).toMatchObject({ coordinator: 1, offsetsTotal: 3, memberRows: [] })
  expect(group.offsetRows).toMatchObject([
    { topic: 'orders', partition: 1, committed: '4', endOffset: '10', lag: '6', metadata: 'noted', memberId: null },
  ])
})

test('groups: what they read without an offset is counted and listed, and no lag is made up for it', async () => {
  // A lag of 6 was told of a group that had committed one partition of three, as if it were all of it.
  const { items } = await call('groups', { topic: 'orders' })
  expect(items[0]).toMatchObject({ lag: '6', partitionsWithoutOffset: 2 })
  const ofTopic = await call('group', { group: 'readers/of orders' })
  expect(ofTopic).toMatchObject({ lag: '6', partitionsWithoutOffset: 2 })
  const unknown = { committed: null, firstOffset: '0', endOffset: '0', lag: null, lagSeconds: null, memberId: null }
  expect(ofTopic.offsetRows).toMatchObject([
    { topic: 'orders', partition: 0, ...unknown },
    { partition: 1, committed: '4' },
    { partition: 2, ...unknown },
  ])

  const memberId = await given('has not begun', 'orders', 1)
  const ofMember = await call('group', { group: 'has not begun' })
  expect(ofMember).toMatchObject({ lag: '0', partitionsWithoutOffset: 1, topics: 0 })
  expect(ofMember.offsetRows).toEqual([
    { ...unknown, topic: 'orders', partition: 1, endOffset: '10', metadata: '', memberId },
  ])
  const listed = await shown(
    async () => (await call('groups', { search: 'has not begun' })).items[0],
    (group) => group?.partitionsWithoutOffset === 1,
  )
  expect(listed).toMatchObject({ state: 'Stable', lag: '0' })
})

test('partitions with a problem: none of a broker that is well', async () => {
  for (const problem of contract.partitions.input.shape.problem.options)
    expect(await call('partitions', { problem })).toEqual({ items: [], total: 0, offset: 0, limit: 50 })
})

test('the cluster and its broker', async () => {
  expect(await call('cluster', {})).toMatchObject({
    nodeId: 1,
    brokers: 1,
    state: 'running',
    leaderlessPartitions: 0,
    offlineReplicas: 0,
  })
  const { items } = await call('brokers', {})
  expect(items).toMatchObject([
    { id: 1, isController: true, directories: [{ failed: false, full: false, filling: null }] },
  ])
  const configs = await call('brokerConfigs', { broker: 1 })
  expect(configs.items.find(({ name }) => name === 'log.dirs')).toMatchObject({ source: 'static', readOnly: true })
})

test('what is not there, and what is not understood, is said with code, reason and next step', async () => {
  await expect(call('topic', { topic: 'nothing' })).rejects.toMatchObject({
    status: 404,
    code: 'UNKNOWN_TOPIC_OR_PARTITION',
    message: 'There is no topic nothing.',
  })
  await expect(call('group', { group: 'nobody' })).rejects.toMatchObject({ status: 404, code: 'GROUP_ID_NOT_FOUND' })
  const refusals = [
    ['/api/v1/nothing', 404, 'NO_SUCH_ROUTE'],
    ['/api/v1/topics?nothing=1', 400, 'INVALID_INPUT'],
    ['/api/v1/topics?offset=-1', 400, 'INVALID_INPUT'],
    ['/api/v1/topics/%ff', 400, 'INVALID_INPUT'],
  ] as const
  for (const [path, status, code] of refusals) {
    const response = await fetch(path, { headers: authorization() })
    expect(response.status, path).toBe(status)
    const said = (await response.json()) as Record<'code' | 'message' | 'hint' | 'request', string>
    expect(said.code, path).toBe(code)
    expect(said.message, path).not.toBe('')
    expect(said.hint, path).not.toBe('')
    expect(said.request, path).toBe(response.headers.get('x-request-id'))
  }
})

test('a request has the id that a proxy gave it, or one of its own', async () => {
  const idOf = async (given: Readonly<Record<string, string>>): Promise<string> => {
    const response = await fetch('/api/v1/nothing', { headers: given })
    return ((await response.json()) as { request: string }).request
  }
  expect(await idOf({ 'x-request-id': 'trace:7f.3-A_' })).toBe('trace:7f.3-A_')
  const own = /^[\da-f-]{36}$/
  expect(await idOf({ 'x-request-id': 'no id of ours' })).toMatch(own)
  expect(await idOf({})).toMatch(own)
  expect(await idOf({})).not.toBe(await idOf({}))
})

test('the contract as an OpenAPI document', async () => {
  const document = (await (await fetch('/api/openapi.json')).json()) as {
    readonly openapi: string
    readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>
  }
  expect(document.openapi).toBe('3.1.0')
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path))
  expect(operations.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(contract).sort())
})
