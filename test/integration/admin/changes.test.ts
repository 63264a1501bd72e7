// Changes through the admin API: shown first, then done, by the code that answers the same requests of the protocol; and the
// list of what was changed, whichever way it was.
import { produce } from 'millrace/messages/00-produce.js'
import { offsetCommit } from 'millrace/messages/08-offset-commit.js'
import { offsetFetch } from 'millrace/messages/09-offset-fetch.js'
import { createTopics } from 'millrace/messages/19-create-topics.js'
import { incrementalAlterConfigs } from 'millrace/messages/44-incremental-alter-configs.js'
import { joinGroup } from 'millrace/messages/11-join-group.js'
import { offsetDelete } from 'millrace/messages/47-offset-delete.js'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { batch } from '../../harness/batch.ts'
import { missingClients } from '../../harness/clients.ts'
import { eventually } from '../../harness/eventually.ts'
import { startJavaTools } from '../../harness/java-tools.ts'
import { readyCoordinator } from '../../harness/ready-coordinator.ts'
import { readyTopic } from '../../harness/ready-topic.ts'
import { wantedTopics } from '../../harness/wanted-topics.ts'
import { inside } from './inside.ts'

const { bootstrap, call, peer } = inside()
const missing = await missingClients('java')

const TOPIC_RESOURCE = 2

const append = async (topic: string, index: number, count: number, baseTimestamp?: number): Promise<void> => {
  const values = Array.from({ length: count }, (_, at) => ({ value: `record ${at}` }))
  const records = batch(values, baseTimestamp === undefined ? {} : { baseTimestamp, maxTimestamp: baseTimestamp })
  const request = { transactionalId: null, acks: -1, timeoutMs: 10_000 }
  const answer = await peer().call(produce, 9, {
    ...request,
    topicData: [{ name: topic, partitionData: [{ index, records }] }],
  })
  expect(answer.responses[0]?.partitionResponses[0]?.errorCode).toBe(0)
}

const names = async (): Promise<readonly string[]> =>
  (await call('topics', { internal: 'false', limit: 500 })).items.map(({ name }) => name)

const audited = async (search: string) => (await call('audit', { search })).items

beforeAll(() => readyCoordinator(peer(), 'any'))

test('a topic is created, once it was shown', async () => {
  const wanted = { name: 'made', partitions: 4, configs: { 'retention.ms': '1000' } }
  expect(await call('createTopic', { ...wanted, dryRun: true })).toMatchObject({ partitions: 4, replicationFactor: 1 })
  expect(await names()).not.toContain('made')
  const { id } = await call('createTopic', wanted)
  expect(await call('topic', { topic: 'made' })).toMatchObject({ id, partitions: 4 })
  await expect(call('createTopic', wanted)).rejects.toMatchObject({ status: 409, code: 'TOPIC_ALREADY_EXISTS' })
  await expect(call('createTopic', { name: 'a b' })).rejects.toMatchObject({
    status: 400,
    code: 'INVALID_TOPIC_EXCEPTION',
  })
  await expect(call('createTopic', { name: '<script>alert(1)</script>' })).rejects.toMatchObject({ status: 400 })
  await expect(call('createTopic', { name: 'c', configs: { 'no.such.key': '1' } })).rejects.toMatchObject({
    code: 'INVALID_CONFIG',
  })
  expect(await audited('topic.create made')).toMatchObject([
    { principal: 'User:admin', clientId: 'admin-api', before: null, after: { id, partitions: 4 } },
  ])
})

test('partitions are added, and never taken away', async () => {
  await call('createTopic', { name: 'grown', partitions: 1 })
  expect(await call('addPartitions', { topic: 'grown', count: 3, dryRun: true })).toEqual({ before: 1, after: 3 })
  expect((await call('topic', { topic: 'grown' })).partitions).toBe(1)
  await call('addPartitions', { topic: 'grown', count: 3 })
  expect((await call('topic', { topic: 'grown' })).partitions).toBe(3)
  await expect(call('addPartitions', { topic: 'grown', count: 2 })).rejects.toMatchObject({
    code: 'INVALID_PARTITIONS',
  })
})

test('configs of a topic are set and unset, with what was before', async () => {
  await call('createTopic', { name: 'configured', configs: { 'retention.ms': '1000' } })
  const edit = { topic: 'configured', set: { 'segment.bytes': '1048576' }, unset: ['retention.ms'] }
  const expected = [
    { name: 'segment.bytes', before: '1073741824', after: '1048576' },
    { name: 'retention.ms', before: '1000', after: '604800000' },
  ]
  expect((await call('alterTopicConfigs', { ...edit, dryRun: true })).items).toEqual(expected)
  expect((await call('topicConfigs', { topic: 'configured' })).items).toContainEqual(
    expect.objectContaining({ name: 'retention.ms', value: '1000' }),
  )
  expect((await call('alterTopicConfigs', edit)).items).toEqual(expected)
  expect((await call('topicConfigs', { topic: 'configured' })).items).toContainEqual(
    expect.objectContaining({ name: 'segment.bytes', value: '1048576', source: 'topic' }),
  )
  await expect(
    call('alterTopicConfigs', { topic: 'configured', set: { 'segment.bytes': 'many' } }),
  ).rejects.toMatchObject({ code: 'INVALID_CONFIG' })
})

test('configs of a broker that change while it runs', async () => {
  const { items } = await call('alterBrokerConfigs', { broker: 1, set: { 'log.retention.ms': '5000' } })
  expect(items).toEqual([{ name: 'log.retention.ms', before: null, after: '5000' }])
  await call('alterBrokerConfigs', { broker: 1, unset: ['log.retention.ms'] })
  expect(await audited('broker.configs')).toMatchObject([
    { subject: '1', before: { 'log.retention.ms': '5000' }, after: { 'log.retention.ms': null } },
    { subject: '1', before: { 'log.retention.ms': null }, after: { 'log.retention.ms': '5000' } },
  ])
})

test('what a key of a broker falls back to is shown as it comes to be', async () => {
  await call('alterBrokerConfigs', { broker: 1, set: { 'log.segment.bytes': '2097152' } })
  const edit = { broker: 1, unset: ['log.segment.bytes'] }
  const expected = [{ name: 'log.segment.bytes', before: '2097152', after: '1073741824' }]
  expect((await call('alterBrokerConfigs', { ...edit, dryRun: true })).items).toEqual(expected)
  expect((await call('alterBrokerConfigs', edit)).items).toEqual(expected)
})

test('records are deleted from the beginning, once the name is repeated', async () => {
  await readyTopic(peer(), 'cut', { partitions: 2 })
  await append('cut', 0, 10)
  await append('cut', 1, 4)
  const one = { topic: 'cut', partitions: [{ partition: 0, before: '3' }] }
  const expected = [{ partition: 0, firstOffset: '0', newFirstOffset: '3' }]
  expect((await call('deleteRecords', { ...one, dryRun: true })).items).toEqual(expected)
  await expect(call('deleteRecords', one)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  expect((await call('deleteRecords', { ...one, confirm: 'cut' })).items).toEqual(expected)
  expect((await call('deleteRecords', { topic: 'cut', confirm: 'cut' })).items).toEqual([
    { partition: 0, firstOffset: '3', newFirstOffset: '10' },
    { partition: 1, firstOffset: '0', newFirstOffset: '4' },
  ])
  await expect(
    call('deleteRecords', { topic: 'cut', partitions: [{ partition: 0, before: '11' }], dryRun: true }),
  ).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
  expect((await audited('records.delete cut'))[0]).toMatchObject({ after: { firstOffsets: { 0: 10, 1: 4 } } })
})

test('records of a topic that is only compacted stay, and a look says so', async () => {
  await call('createTopic', { name: 'compacted', configs: { 'cleanup.policy': 'compact' } })
  for (const asked of [{ dryRun: true }, { confirm: 'compacted' }]) {
    await expect(call('deleteRecords', { topic: 'compacted', ...asked })).rejects.toMatchObject({
      code: 'POLICY_VIOLATION',
    })
  }
})

test('a group goes back and forth: shown, done, undone', async () => {
  await readyTopic(peer(), 'read', { partitions: 2 })
  await append('read', 0, 10, 1_700_000_000_000)
  await append('read', 0, 10, 1_700_000_100_000)
  await append('read', 1, 5, 1_700_000_000_000)
  const group = 'readers'
  const committed = async () => (await call('group', { group })).offsetRows.map((row) => row.committed)
  const afters = async (target: Parameters<typeof call<'resetOffsets'>>[1]['target'], dryRun = true) =>
    (await call('resetOffsets', { group, topics: ['read'], target, dryRun })).items.map(({ after }) => after)

  expect(await afters({ to: 'latest' })).toEqual(['20', '5'])
  await expect(call('group', { group })).rejects.toMatchObject({ status: 404 })
  expect(await afters({ to: 'latest' }, false)).toEqual(['20', '5'])
  expect(await committed()).toEqual(['20', '5'])
  expect(await afters({ to: 'earliest' })).toEqual(['0', '0'])
  expect(await afters({ to: 'time', at: '1700000050000' })).toEqual(['10', '5'])
  expect(await afters({ to: 'shift', by: '-3' })).toEqual(['17', '2'])
  expect(await afters({ to: 'shift', by: '-9000' })).toEqual(['0', '0'])
  expect(await afters({ to: 'offset', offset: '7' })).toEqual(['7', '5'])

  const done = await call('resetOffsets', { group, target: { to: 'earliest' } })
  expect(done.items).toMatchObject([
    { topic: 'read', partition: 0, before: '20', after: '0', firstOffset: '0', endOffset: '20' },
    { topic: 'read', partition: 1, before: '5', after: '0' },
  ])
  expect(await committed()).toEqual(['0', '0'])
  const positions = done.items.map(({ topic, partition, before }) => ({ topic, partition, offset: before ?? '0' }))
  const undone = await call('resetOffsets', { group, target: { to: 'positions', positions } })
  expect(undone.items.map(({ after }) => after)).toEqual(['20', '5'])
  expect((await audited('group.offsets readers'))[0]).toMatchObject({
    before: { 'read-0': 0, 'read-1': 0 },
    after: { 'read-0': 20, 'read-1': 5 },
  })
  await expect(call('resetOffsets', { group: 'nobody', target: { to: 'latest' } })).rejects.toMatchObject({
    status: 404,
  })

  expect(await call('deleteGroup', { group, dryRun: true })).toEqual({ group, offsets: 2 })
  await expect(call('deleteGroup', { group })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  await call('deleteGroup', { group, confirm: group })
  await expect(call('group', { group })).rejects.toMatchObject({ status: 404 })
})

test('the last reset of a group, whichever way it was made, with what undoes it', async () => {
  await readyTopic(peer(), 'replayed', { partitions: 2 })
  await readyTopic(peer(), 'passing')
  for (const index of [0, 1]) await append('replayed', index, 10)
  await append('passing', 0, 10)
  const group = 'replayers'
  const last = async () => (await call('lastReset', { group })).reset
  const positions = async () =>
    (await last())?.positions.map(({ topic, partition, offset }) => [topic, partition, offset])
  const commit = (partitionIndex: number, committedOffset: number) =>
    peer().call(offsetCommit, 7, {
      groupId: group,
      memberId: '',
      topics: [{ name: 'replayed', partitions: [{ partitionIndex, committedOffset, committedMetadata: '' }] }],
    })

  expect(await last()).toBeNull()
  await commit(0, 4)
  await commit(0, 8)
  expect(await last()).toBeNull()
  await call('resetOffsets', { group, topics: ['replayed'], target: { to: 'earliest' } })
  expect(await last()).toMatchObject({ principal: 'User:admin', clientId: 'admin-api', none: 1, deleted: 0, cut: 0 })
  expect(await positions()).toEqual([['replayed', 0, '8']])
  expect(await last()).toMatchObject({ isUndo: false, moved: { partitions: 2, back: '8', on: '0', only: null } })

  await call('resetOffsets', { group, topics: ['replayed', 'passing'], target: { to: 'latest' } })
  await call('resetOffsets', { group, target: { to: 'shift', by: '-1' } })
  expect(await positions()).toEqual([
    ['replayed', 0, '10'],
    ['replayed', 1, '10'],
    ['passing', 0, '10'],
  ])
  await call('deleteTopic', { topic: 'passing', confirm: 'passing' })
  expect(await last()).toMatchObject({ deleted: 1 })
  const target = { to: 'positions' as const, positions: (await last())?.positions ?? [] }
  expect((await call('resetOffsets', { group, target })).items.map(({ before, after }) => [before, after])).toEqual([
    ['9', '10'],
    ['9', '10'],
  ])
  expect(await last()).toMatchObject({ isUndo: true, moved: { partitions: 2, back: '0', on: '2', only: null } })

  await commit(1, 2)
  expect(await last()).toMatchObject({ principal: 'User:ANONYMOUS', clientId: 'hostile', address: '127.0.0.1' })
  const only = { topic: 'replayed', partition: 1, before: '10', after: '2' }
  expect(await last()).toMatchObject({ isUndo: false, moved: { partitions: 1, back: '8', on: '0', only } })
  expect(await positions()).toEqual([['replayed', 1, '10']])
  await peer().call(offsetDelete, 0, {
    groupId: group,
    topics: [{ name: 'replayed', partitions: [{ partitionIndex: 0 }] }],
  })
  expect(await positions()).toEqual([['replayed', 0, '10']])
  await call('deleteGroup', { group, confirm: group })
  expect(await last()).toBeNull()
})

describe('of a group with 1,500 partitions in topics with the longest names', () => {
  const group = 'wide'
  const topics = ['a', 'b', 'c'].map((end) => end.padStart(249, 'long.name_'))
  const indexes = Array.from({ length: 500 }, (_, index) => index)
  const commit = (offsetOf: (partition: number) => number) => {
    const partitions = indexes.map((index) => ({
      partitionIndex: index,
      committedOffset: offsetOf(index),
      committedMetadata: '',
    }))
    const request = { groupId: group, memberId: '', topics: topics.map((name) => ({ name, partitions })) }
    return peer().call(offsetCommit, 7, request)
  }
  const committed = async () =>
    (await peer().call(offsetFetch, 7, { groupId: group, topics: null })).topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, committedOffset }) => ({ name, partitionIndex, committedOffset })),
    )

  beforeAll(async () => {
    const records = batch(Array.from({ length: 4 }, (_, at) => ({ value: `record ${at}` })))
    for (const name of topics) {
      await readyTopic(peer(), name, { partitions: indexes.length })
      const partitionData = indexes.map((index) => ({ index, records }))
      const request = { transactionalId: null, acks: -1, timeoutMs: 10_000, topicData: [{ name, partitionData }] }
      const [answer] = (await peer().call(produce, 9, request)).responses
      expect(answer?.partitionResponses.filter(({ errorCode }) => errorCode !== 0)).toEqual([])
    }
    await commit((partition) => 1 + (partition % 3))
  })

  const undone = async (reset: () => Promise<unknown>): Promise<void> => {
    const before = await committed()
    expect(before).toHaveLength(1500)
    await reset()
    expect((await committed()).filter(({ committedOffset }) => committedOffset !== 0)).toEqual([])
    const { reset: last } = await call('lastReset', { group })
    expect(last).toMatchObject({ none: 0, deleted: 0, cut: 0 })
    await call('resetOffsets', { group, target: { to: 'positions', positions: last?.positions ?? [] } })
    expect(await committed()).toEqual(before)
    const undo = { isUndo: true, moved: { partitions: 1500, back: '0', on: '2997', only: null } }
    expect((await call('lastReset', { group })).reset).toMatchObject(undo)
  }

  test('a reset of the API is undone to the last partition', () =>
    undone(() => call('resetOffsets', { group, target: { to: 'earliest' } })))

  test('a reset of the protocol is undone to the last partition', () => undone(() => commit(() => 0)))

  test.skipIf(missing !== undefined)('a reset of kafka-consumer-groups is undone to the last partition', async () => {
    const tools = startJavaTools()
    onTestFinished(() => tools.stop())
    await undone(async () => {
      const asked = ['--bootstrap-server', bootstrap(), '--group', group, '--reset-offsets', '--all-topics']
      const { code, stdout, stderr } = await tools.run('groups', [...asked, '--to-earliest', '--execute'])
      expect(code, `${stdout}\n${stderr}`).toBe(0)
    })
  })
})

test('a group with members is left alone', async () => {
  await readyTopic(peer(), 'busy')
  const { errorCode } = await peer().call(joinGroup, 3, {
    groupId: 'at work',
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 30_000,
    memberId: '',
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.alloc(6) }],
  })
  expect(errorCode).toBe(0)
  for (const dryRun of [true, false]) {
    await expect(
      call('resetOffsets', { group: 'at work', topics: ['busy'], target: { to: 'latest' }, dryRun }),
    ).rejects.toMatchObject({ status: 409, hint: expect.stringContaining('Stop the consumers') })
    await expect(call('deleteGroup', { group: 'at work', confirm: 'at work', dryRun })).rejects.toMatchObject({
      status: 409,
    })
  }
})

test('a topic is deleted, once its name is repeated', async () => {
  await readyTopic(peer(), 'gone', { partitions: 2 })
  await append('gone', 0, 3)
  expect(await call('deleteTopic', { topic: 'gone', dryRun: true })).toMatchObject({
    topic: 'gone',
    partitions: 2,
    groups: [],
    everyOffset: false,
  })
  await expect(call('deleteTopic', { topic: 'gone', confirm: 'Gone' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  expect(await names()).toContain('gone')
  await call('deleteTopic', { topic: 'gone', confirm: 'gone' })
  expect(await names()).not.toContain('gone')
  expect(await audited('topic.delete gone')).toMatchObject([{ after: null, before: { partitions: 2 } }])
})

test('the topic that keeps the offsets is deleted, once it was said whose are lost', async () => {
  const topic = '__consumer_offsets'
  await readyTopic(peer(), 'followed')
  await call('resetOffsets', { group: 'follower', topics: ['followed'], target: { to: 'earliest' } })
  const planned = await eventually('the group is in the table', async () => {
    const found = await call('deleteTopic', { topic, dryRun: true })
    return found.groups.includes('follower') ? found : undefined
  })
  expect(planned).toMatchObject({ topic, everyOffset: true })
  expect(planned.groups).not.toContain('any')
  expect(await call('deleteTopic', { topic, confirm: topic })).toMatchObject({ everyOffset: true })
  // It is made again.
  await readyCoordinator(peer(), 'follower')
  await expect(call('group', { group: 'follower' })).rejects.toMatchObject({ code: 'GROUP_ID_NOT_FOUND' })
})

test('what clients of the protocol change is in the list too', async () => {
  await peer().call(createTopics, 7, { topics: wantedTopics([{ name: 'by-protocol' }]), timeoutMs: 10_000 })
  const configs = [{ name: 'retention.ms', configOperation: 0, value: '77' }]
  const resources = [{ resourceType: TOPIC_RESOURCE, resourceName: 'by-protocol', configs }]
  await peer().call(incrementalAlterConfigs, 1, { resources, validateOnly: false })
  const entries = await audited('by-protocol')
  expect(entries).toMatchObject([
    { action: 'topic.configs', before: { 'retention.ms': null }, after: { 'retention.ms': '77' } },
    { action: 'topic.create', principal: 'User:ANONYMOUS', clientId: 'hostile', address: '127.0.0.1' },
  ])
})

test('what a key was set to, whichever way, since the topic is what it is', async () => {
  await call('createTopic', { name: 'remembered', configs: { 'retention.ms': '1' } })
  await call('deleteTopic', { topic: 'remembered', confirm: 'remembered' })
  await call('createTopic', { name: 'remembered' })
  await call('alterTopicConfigs', { topic: 'remembered', set: { 'retention.ms': '2', 'segment.ms': '3' } })
  const configs = [{ name: 'retention.ms', configOperation: 0, value: '4' }]
  const resources = [{ resourceType: TOPIC_RESOURCE, resourceName: 'remembered', configs }]
  await peer().call(incrementalAlterConfigs, 1, { resources, validateOnly: false })
  const { items } = await call('configHistory', { of: 'topic', name: 'remembered', key: 'retention.ms' })
  expect(items).toMatchObject([
    { principal: 'User:ANONYMOUS', subject: 'remembered', before: '2', after: '4' },
    { principal: 'User:admin', subject: 'remembered', before: null, after: '2' },
  ])
  expect((await call('configHistory', { of: 'topic', name: 'remembered', key: 'segment.ms' })).items).toHaveLength(1)
  expect((await call('configHistory', { of: 'topic', name: 'never.made', key: 'segment.ms' })).items).toEqual([])
  await call('alterBrokerConfigs', { broker: 1, set: { 'log.retention.bytes': '5000' } })
  expect((await call('configHistory', { of: 'broker', name: '1', key: 'log.retention.bytes' })).items).toMatchObject([
    { subject: '1', before: null, after: '5000' },
  ])
  await call('alterBrokerConfigs', { broker: 1, unset: ['log.retention.bytes'] })
})

test('an entry keeps as much of a long value as tells what it was', async () => {
  await call('createTopic', { name: 'verbose' })
  const key = 'leader.replication.throttled.replicas'
  const long = Array.from({ length: 4000 }, (_, partition) => `${partition}:1`).join(',')
  expect((await call('alterTopicConfigs', { topic: 'verbose', set: { [key]: long } })).items).toMatchObject([
    { before: '', after: long },
  ])
  const [entry] = await audited('topic.configs verbose')
  expect(entry?.after).toEqual({ [key]: expect.stringMatching(/^0:1,1:1,.{1000,1020}\.\.\. \(26889 characters\)$/) })
  const tooLong = { topic: 'verbose', set: { [key]: `${long},${long}` } }
  await expect(call('alterTopicConfigs', tooLong)).rejects.toMatchObject({ status: 400, code: 'INVALID_INPUT' })
})
