import { describe, expect, it } from 'vitest'
import { BrokerError } from '../base/errors.ts'
import { randomTopicId } from '../base/ids.ts'
import { groupsFixture, memoryLog, testTopic, withoutTopic, withTopics } from './groups-fixture.ts'
import { subscription } from '../groups/scenario.ts'
import { deleteGroups } from '../messages/42-delete-groups.ts'
import { describeGroups } from '../messages/15-describe-groups.ts'
import { findCoordinator } from '../messages/10-find-coordinator.ts'
import { heartbeat } from '../messages/12-heartbeat.ts'
import { joinGroup } from '../messages/11-join-group.ts'
import { leaveGroup } from '../messages/13-leave-group.ts'
import { listGroups } from '../messages/16-list-groups.ts'
import { offsetCommit } from '../messages/08-offset-commit.ts'
import { offsetDelete } from '../messages/47-offset-delete.ts'
import { offsetFetch } from '../messages/09-offset-fetch.ts'
import { syncGroup } from '../messages/14-sync-group.ts'
import { errors } from '../wire/errors.ts'
import { handleOffsetCommit } from './08-offset-commit.ts'
import { handleOffsetFetch } from './09-offset-fetch.ts'
import { handleFindCoordinator } from './10-find-coordinator.ts'
import { handleJoinGroup } from './11-join-group.ts'
import { handleHeartbeat } from './12-heartbeat.ts'
import { handleLeaveGroup } from './13-leave-group.ts'
import { handleSyncGroup } from './14-sync-group.ts'
import { handleDescribeGroups } from './15-describe-groups.ts'
import { handleListGroups } from './16-list-groups.ts'
import { handleDeleteGroups } from './42-delete-groups.ts'
import { handleOffsetDelete } from './47-offset-delete.ts'

type Fixture = Awaited<ReturnType<typeof groupsFixture>>

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const joinRequest = (memberId: string, more: object = {}) => ({
  groupId: 'g',
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 60_000,
  memberId,
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: subscription('orders') }],
  ...more,
})

const commitRequest = (offset: number, more: object = {}) => ({
  groupId: 'g',
  generationIdOrMemberEpoch: -1,
  memberId: '',
  topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: offset, committedMetadata: 'note' }] }],
  ...more,
})

/** One member, stable in generation 1. */
const member = async ({ call, clock }: Fixture): Promise<string> => {
  const { memberId } = await call(joinGroup, handleJoinGroup, 9, joinRequest(''))
  const joining = call(joinGroup, handleJoinGroup, 9, joinRequest(memberId))
  await settled()
  clock.advance(0)
  const { generationId } = await joining
  await call(syncGroup, handleSyncGroup, 5, {
    groupId: 'g',
    generationId,
    memberId,
    protocolType: 'consumer',
    protocolName: 'range',
    assignments: [{ memberId, assignment: Buffer.from('mine') }],
  })
  return memberId
}

describe('FindCoordinator', () => {
  it('makes the topic and answers that there is none yet', async () => {
    const { call } = await groupsFixture({ started: false })
    const ask = (version: number) => call(findCoordinator, handleFindCoordinator, version, { key: 'g' })
    expect(await ask(0)).toMatchObject({ errorCode: errors.COORDINATOR_NOT_AVAILABLE.code, nodeId: -1 })
    await settled()
    expect(await ask(3)).toMatchObject({ errorCode: 0, nodeId: 1, host: 'broker.test', port: 9092 })
  })

  it('from version 4 answers every key for itself', async () => {
    const { call } = await groupsFixture()
    const { coordinators } = await call(findCoordinator, handleFindCoordinator, 4, { coordinatorKeys: ['a', 'b'] })
    expect(coordinators.map(({ key, nodeId, errorCode }) => [key, nodeId, errorCode])).toEqual([
      ['a', 1, 0],
      ['b', 1, 0],
    ])
  })

  it('refuses what has no coordinator', async () => {
    const { call } = await groupsFixture()
    const transaction = await call(findCoordinator, handleFindCoordinator, 1, { key: 't', keyType: 1 })
    expect(transaction.errorCode).toBe(errors.INVALID_REQUEST.code)
  })
})

describe('JoinGroup', () => {
  it('checks what needs no state', async () => {
    const { call } = await groupsFixture()
    const error = async (more: object) => (await call(joinGroup, handleJoinGroup, 5, joinRequest('', more))).errorCode
    expect(await error({ groupId: '' })).toBe(errors.INVALID_GROUP_ID.code)
    expect(await error({ sessionTimeoutMs: 1 })).toBe(errors.INVALID_SESSION_TIMEOUT.code)
    expect(await error({ sessionTimeoutMs: 1_800_001 })).toBe(errors.INVALID_SESSION_TIMEOUT.code)
    expect(await error({ protocols: [] })).toBe(errors.INCONSISTENT_GROUP_PROTOCOL.code)
    const metadata = Buffer.alloc(10 * 1024 * 1024)
    expect(await error({ protocols: [{ name: 'range', metadata }] })).toBe(errors.INVALID_REQUEST.code)
  })

  it('of version 0 takes the session timeout for the rebalance', async () => {
    const fixture = await groupsFixture()
    const joining = fixture.call(joinGroup, handleJoinGroup, 0, joinRequest(''))
    await settled()
    fixture.clock.advance(0)
    expect(await joining).toMatchObject({ errorCode: 0, generationId: 1, protocolName: 'range' })
  })

  it('has an empty protocol name in errors up to version 6', async () => {
    const { call } = await groupsFixture()
    expect((await call(joinGroup, handleJoinGroup, 6, joinRequest(''))).protocolName).toBe('')
    expect((await call(joinGroup, handleJoinGroup, 7, joinRequest(''))).protocolName).toBeNull()
  })

  it('answers that there is no topic, or that its partition loads', async () => {
    const { call } = await groupsFixture({ started: false })
    const absent = await call(joinGroup, handleJoinGroup, 5, joinRequest(''))
    expect(absent.errorCode).toBe(errors.NOT_COORDINATOR.code)
    const fixture = await groupsFixture({ started: false })
    const join = () => fixture.call(joinGroup, handleJoinGroup, 5, joinRequest(''))
    fixture.change((now) => withTopics(now, [fixture.offsets]))
    const loading = join()
    expect((await loading).errorCode).toBe(errors.COORDINATOR_LOAD_IN_PROGRESS.code)
    await settled()
    expect((await join()).errorCode).toBe(errors.MEMBER_ID_REQUIRED.code)
  })
})

describe('SyncGroup and Heartbeat', () => {
  it('name the protocol from version 5 on', async () => {
    const fixture = await groupsFixture()
    const memberId = await member(fixture)
    const request = { groupId: 'g', generationId: 1, memberId, assignments: [] }
    const sync = (version: number, more = {}) =>
      fixture.call(syncGroup, handleSyncGroup, version, { ...request, ...more })
    expect((await sync(5)).errorCode).toBe(errors.INCONSISTENT_GROUP_PROTOCOL.code)
    expect(await sync(4)).toMatchObject({ errorCode: 0, assignment: Buffer.from('mine') })
    const named = { protocolType: 'consumer', protocolName: 'range' }
    expect(await sync(5, named)).toMatchObject({ errorCode: 0, ...named })
  })

  it('are refused an empty group id and a wrong generation', async () => {
    const fixture = await groupsFixture()
    const memberId = await member(fixture)
    const beat = async (groupId: string, generationId: number) =>
      (await fixture.call(heartbeat, handleHeartbeat, 4, { groupId, generationId, memberId })).errorCode
    expect(await beat('', 1)).toBe(errors.INVALID_GROUP_ID.code)
    expect(await beat('g', 2)).toBe(errors.ILLEGAL_GENERATION.code)
    expect(await beat('g', 1)).toBe(0)
  })

  it('a heartbeat during loading is taken', async () => {
    const { call, change, offsets } = await groupsFixture({ started: false })
    change((now) => withTopics(now, [offsets]))
    const beat = call(heartbeat, handleHeartbeat, 4, { groupId: 'g', generationId: 1, memberId: 'm' })
    expect((await beat).errorCode).toBe(0)
  })
})

describe('LeaveGroup', () => {
  it('carries the error of the one member up to version 2, of each from 3 on', async () => {
    const fixture = await groupsFixture()
    const memberId = await member(fixture)
    const old = await fixture.call(leaveGroup, handleLeaveGroup, 2, { groupId: 'g', memberId: 'stranger' })
    expect(old.errorCode).toBe(errors.UNKNOWN_MEMBER_ID.code)
    const members = [{ memberId }, { memberId: '', groupInstanceId: 'i' }]
    const left = await fixture.call(leaveGroup, handleLeaveGroup, 5, { groupId: 'g', members })
    expect(left).toMatchObject({
      errorCode: 0,
      members: [
        { memberId, errorCode: 0 },
        { groupInstanceId: 'i', errorCode: errors.UNKNOWN_MEMBER_ID.code },
      ],
    })
    const nameless = await fixture.call(leaveGroup, handleLeaveGroup, 5, { groupId: '', members })
    expect(nameless.errorCode).toBe(errors.INVALID_GROUP_ID.code)
  })
})

describe('OffsetCommit and OffsetFetch', () => {
  it('by name, what does not exist before what does', async () => {
    const { call } = await groupsFixture()
    const partitions = [0, 7].map((partitionIndex) => ({ partitionIndex, committedOffset: 5, committedMetadata: null }))
    const topics = [
      { name: 'orders', partitions },
      { name: 'nowhere', partitions: partitions.slice(0, 1) },
    ]
    const committed = await call(offsetCommit, handleOffsetCommit, 9, { ...commitRequest(0), topics })
    const unknown = errors.UNKNOWN_TOPIC_OR_PARTITION.code
    expect(
      committed.topics.map(({ name, partitions: each }) => [name, each.map(({ errorCode }) => errorCode)]),
    ).toEqual([
      ['orders', [unknown, 0]],
      ['nowhere', [unknown]],
    ])
  })

  it('without partitions, what does not exist alone', async () => {
    const { call } = await groupsFixture()
    const topics = ['orders', 'nowhere'].map((name) => ({ name, partitions: [] }))
    const committed = await call(offsetCommit, handleOffsetCommit, 9, { ...commitRequest(0), topics })
    expect(committed.topics).toMatchObject([{ name: 'nowhere', partitions: [] }])
    await call(offsetCommit, handleOffsetCommit, 8, commitRequest(1, { groupId: 'simple' }))
    const deleted = await call(offsetDelete, handleOffsetDelete, 0, { groupId: 'simple', topics })
    expect(deleted).toMatchObject({ errorCode: 0, topics: [{ name: 'nowhere', partitions: [] }] })
  })

  it('by id, and not to a topic that was made anew under the name', async () => {
    const { call, change, orders } = await groupsFixture()
    const commit = (topicId: typeof orders.id) =>
      call(offsetCommit, handleOffsetCommit, 10, {
        ...commitRequest(0),
        topics: [{ topicId, partitions: [{ partitionIndex: 0, committedOffset: 5, committedMetadata: null }] }],
      })
    const fetch = (topicId: typeof orders.id) =>
      call(offsetFetch, handleOffsetFetch, 10, {
        groups: [{ groupId: 'g', topics: [{ topicId, partitionIndexes: [0] }] }],
      })
    expect((await commit(orders.id)).topics).toEqual([
      { name: '', topicId: orders.id, partitions: [{ partitionIndex: 0, errorCode: 0 }] },
    ])
    expect((await fetch(orders.id)).groups[0]?.topics[0]?.partitions[0]).toMatchObject({ committedOffset: 5 })
    const other = await commit(randomTopicId())
    expect(other.topics[0]?.partitions[0]?.errorCode).toBe(errors.UNKNOWN_TOPIC_ID.code)
    const anew = testTopic('orders', 1)
    change((now) => withTopics(withoutTopic(now, orders), [anew]))
    const fetched = await fetch(orders.id)
    expect(fetched.groups[0]?.topics[0]?.partitions[0]?.errorCode).toBe(errors.UNKNOWN_TOPIC_ID.code)
    expect((await fetch(anew.id)).groups[0]?.topics[0]?.partitions[0]).toMatchObject({ committedOffset: -1 })
  })

  it('finds what was committed in every shape of the request', async () => {
    const { call } = await groupsFixture()
    await call(offsetCommit, handleOffsetCommit, 2, commitRequest(42))
    const topics = [{ name: 'orders', partitionIndexes: [0, 1] }]
    for (const version of [1, 2, 5, 7]) {
      const fetched = await call(offsetFetch, handleOffsetFetch, version, { groupId: 'g', topics })
      expect(fetched.topics[0]?.partitions).toMatchObject([
        { committedOffset: 42, metadata: 'note', errorCode: 0 },
        { committedOffset: -1, metadata: '', errorCode: 0 },
      ])
    }
    const all = await call(offsetFetch, handleOffsetFetch, 2, { groupId: 'g', topics: null })
    expect(all.topics).toMatchObject([{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: 42 }] }])
    for (const version of [8, 9]) {
      const fetched = await call(offsetFetch, handleOffsetFetch, version, {
        groups: [
          { groupId: 'g', topics: null },
          { groupId: 'other', topics },
          { groupId: 'empty', topics: null },
        ],
      })
      expect(fetched.groups.map(({ groupId, errorCode }) => [groupId, errorCode])).toEqual([
        ['g', 0],
        ['other', 0],
        ['empty', 0],
      ])
      expect(fetched.groups[0]?.topics[0]?.partitions).toMatchObject([{ committedOffset: 42 }])
      expect(fetched.groups[1]?.topics[0]?.partitions).toMatchObject([{ committedOffset: -1 }, { committedOffset: -1 }])
      expect(fetched.groups[2]?.topics).toEqual([])
    }
  })

  it('put the error of the group where the version has room', async () => {
    const { call } = await groupsFixture({ started: false })
    const topics = [{ name: 'orders', partitionIndexes: [0] }]
    const notThere = errors.NOT_COORDINATOR.code
    const oldest = await call(offsetFetch, handleOffsetFetch, 1, { groupId: 'g', topics })
    expect(oldest.topics[0]?.partitions[0]).toMatchObject({ errorCode: notThere, committedOffset: -1 })
    const fresh = await groupsFixture({ started: false })
    const second = await fresh.call(offsetFetch, handleOffsetFetch, 2, { groupId: 'g', topics })
    expect(second.errorCode).toBe(notThere)
  })

  it('refuse metadata over the bound and a commit that the log does not take', async () => {
    const { call, log } = await groupsFixture()
    const error = async (more: object = {}) =>
      (await call(offsetCommit, handleOffsetCommit, 8, commitRequest(1, more))).topics[0]?.partitions[0]?.errorCode
    const partitions = [{ partitionIndex: 0, committedOffset: 1, committedMetadata: 'x'.repeat(4097) }]
    expect(await error({ topics: [{ name: 'orders', partitions }] })).toBe(errors.OFFSET_METADATA_TOO_LARGE.code)
    log.failure = new BrokerError('NOT_LEADER_OR_FOLLOWER')
    expect(await error()).toBe(errors.NOT_COORDINATOR.code)
    log.failure = null
    expect(await error()).toBe(0)
  })

  // After a crash, or while the append failed, the tombstones of a deleted topic were missing: a group then started in
  // the new topic of that name where it had been in the old one.
  it('has nothing in a topic made anew, also by name and when the tombstones are missing', async () => {
    const { call, change, orders, log } = await groupsFixture()
    await call(offsetCommit, handleOffsetCommit, 8, commitRequest(1))
    log.failure = new BrokerError('KAFKA_STORAGE_ERROR')
    change((now) => withTopics(withoutTopic(now, orders), [testTopic('orders', 1)]))
    await settled()
    const topics = [{ name: 'orders', partitionIndexes: [0] }]
    const request = { groups: [{ groupId: 'g', topics }] }
    const named = await call(offsetFetch, handleOffsetFetch, 8, request)
    expect(named.groups[0]?.topics[0]?.partitions).toMatchObject([{ committedOffset: -1, errorCode: 0 }])
    const all = await call(offsetFetch, handleOffsetFetch, 8, { groups: [{ groupId: 'g', topics: null }] })
    expect(all.groups[0]?.topics).toEqual([])
  })

  it('lose their offsets with the topic', async () => {
    const { call, change, orders } = await groupsFixture()
    await call(offsetCommit, handleOffsetCommit, 8, commitRequest(1))
    change((now) => withoutTopic(now, orders))
    await settled()
    const { groups } = await call(offsetFetch, handleOffsetFetch, 8, { groups: [{ groupId: 'g', topics: null }] })
    expect(groups[0]?.topics).toEqual([])
  })
})

describe('groups as administrators see them', () => {
  it('are described with members, and with their metadata when stable', async () => {
    const fixture = await groupsFixture()
    const memberId = await member(fixture)
    const { groups } = await fixture.call(describeGroups, handleDescribeGroups, 5, {
      groups: ['g', 'other'],
      includeAuthorizedOperations: true,
    })
    expect(groups[0]).toMatchObject({
      errorCode: 0,
      groupState: 'Stable',
      protocolType: 'consumer',
      protocolData: 'range',
      authorizedOperations: 0b1101_0100_1000,
      members: [
        {
          memberId,
          clientId: 'client',
          clientHost: '/127.0.0.1',
          memberMetadata: subscription('orders'),
          memberAssignment: Buffer.from('mine'),
        },
      ],
    })
    expect(groups[1]).toMatchObject({ errorCode: 0, groupState: 'Dead', members: [] })
    const newer = await fixture.call(describeGroups, handleDescribeGroups, 6, { groups: ['other'] })
    expect(newer.groups[0]).toMatchObject({ errorCode: errors.GROUP_ID_NOT_FOUND.code, groupState: 'Dead' })
    expect(newer.groups[0]?.errorMessage).toBe('Group other not found.')
  })

  it('have members that are known by the software that they are', async () => {
    const fixture = await groupsFixture()
    await member(fixture)
    const software = { name: 'librdkafka', version: '2.0.2' }
    expect(fixture.groups.describe('g')).toMatchObject({ members: [{ software }] })
  })

  it('are listed by state and type', async () => {
    const fixture = await groupsFixture()
    await member(fixture)
    await fixture.call(offsetCommit, handleOffsetCommit, 8, commitRequest(1, { groupId: 'simple' }))
    const list = async (statesFilter: string[], typesFilter: string[]) => {
      const { errorCode, groups } = await fixture.call(listGroups, handleListGroups, 5, { statesFilter, typesFilter })
      expect(errorCode).toBe(0)
      return groups.map(({ groupId }) => groupId).sort()
    }
    expect(await list([], [])).toEqual(['g', 'simple'])
    expect(await list(['stable'], [])).toEqual(['g'])
    expect(await list(['EMPTY', 'Dead'], ['Classic'])).toEqual(['simple'])
    expect(await list([], ['consumer'])).toEqual([])
    const { groups } = await fixture.call(listGroups, handleListGroups, 5, {})
    expect(groups.find(({ groupId }) => groupId === 'simple')).toEqual({
      groupId: 'simple',
      protocolType: '',
      groupState: 'Empty',
      groupType: 'classic',
    })
  })

  it('are deleted when empty, once each', async () => {
    const fixture = await groupsFixture()
    await member(fixture)
    await fixture.call(offsetCommit, handleOffsetCommit, 8, commitRequest(1, { groupId: 'simple' }))
    const groupsNames = ['g', 'simple', 'simple', 'other']
    const { results } = await fixture.call(deleteGroups, handleDeleteGroups, 2, { groupsNames })
    expect(results).toEqual([
      { groupId: 'g', errorCode: errors.NON_EMPTY_GROUP.code },
      { groupId: 'simple', errorCode: 0 },
      { groupId: 'other', errorCode: errors.GROUP_ID_NOT_FOUND.code },
    ])
  })

  it('lose single offsets', async () => {
    const fixture = await groupsFixture()
    const ask = (groupId: string, name: string, partitionIndex = 0) =>
      fixture.call(offsetDelete, handleOffsetDelete, 0, {
        groupId,
        topics: [{ name, partitions: [{ partitionIndex }] }],
      })
    expect((await ask('g', 'orders')).errorCode).toBe(errors.GROUP_ID_NOT_FOUND.code)
    await fixture.call(offsetCommit, handleOffsetCommit, 8, commitRequest(1, { groupId: 'simple' }))
    expect(await ask('simple', 'orders')).toMatchObject({ errorCode: 0, topics: [{ partitions: [{ errorCode: 0 }] }] })
    const unknown = errors.UNKNOWN_TOPIC_OR_PARTITION.code
    expect((await ask('simple', 'nowhere')).topics[0]?.partitions[0]?.errorCode).toBe(unknown)
    expect((await ask('simple', 'orders', 9)).topics[0]?.partitions[0]?.errorCode).toBe(unknown)
  })

  it('are answered when the coordinator stops, and sent away after', async () => {
    const fixture = await groupsFixture({ settings: { initialRebalanceDelayMs: 3000 } })
    const join = () => fixture.call(joinGroup, handleJoinGroup, 3, joinRequest(''))
    const waiting = join()
    await settled()
    fixture.groups.stop()
    expect((await waiting).errorCode).toBe(errors.NOT_COORDINATOR.code)
    fixture.change((now) => withTopics(now, [testTopic('another', 1)]))
    expect((await join()).errorCode).toBe(errors.NOT_COORDINATOR.code)
    expect(fixture.clock.pendingTimers).toBe(0)
  })

  it('are found again by the next coordinator', async () => {
    const log = memoryLog()
    const first = await groupsFixture({ log })
    const memberId = await member(first)
    await first.call(offsetCommit, handleOffsetCommit, 9, commitRequest(7, { memberId, generationIdOrMemberEpoch: 1 }))
    first.groups.stop()
    const second = await groupsFixture({ log, orders: first.orders })
    const { groups } = await second.call(describeGroups, handleDescribeGroups, 5, { groups: ['g'] })
    expect(groups[0]).toMatchObject({ groupState: 'Stable', members: [{ memberId }] })
    const fetched = await second.call(offsetFetch, handleOffsetFetch, 8, { groups: [{ groupId: 'g', topics: null }] })
    expect(fetched.groups[0]?.topics[0]?.partitions[0]?.committedOffset).toBe(7)
    const beat = { groupId: 'g', generationId: 1, memberId }
    expect((await second.call(heartbeat, handleHeartbeat, 4, beat)).errorCode).toBe(0)
  })
})
