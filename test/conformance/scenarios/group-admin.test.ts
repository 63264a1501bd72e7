// Groups as administrators see them: listed, described and deleted at every version.
import { offsetCommit } from 'millrace/messages/08-offset-commit.js'
import { offsetFetch } from 'millrace/messages/09-offset-fetch.js'
import { leaveGroup } from 'millrace/messages/13-leave-group.js'
import { describeGroups } from 'millrace/messages/15-describe-groups.js'
import { listGroups } from 'millrace/messages/16-list-groups.js'
import { deleteGroups } from 'millrace/messages/42-delete-groups.js'
import { offsetDelete } from 'millrace/messages/47-offset-delete.js'
import type { Peer } from '../../harness/peer.ts'
import {
  assigning,
  coordinated,
  enter,
  newMember,
  protocols,
  reaches,
  settled,
  startJoin,
  startSync,
  subscription,
} from './members.ts'
import type { TopicRef } from './requests.ts'
import { scenarios, type Stage } from './scenario.ts'

const scenario = scenarios('group-admin')

const commitByHand = async (on: Peer, groupId: string, topic: TopicRef): Promise<void> => {
  const partitions = [{ partitionIndex: 0, committedOffset: 3, committedMetadata: null }]
  await on.call(offsetCommit, 10, {
    groupId,
    generationIdOrMemberEpoch: -1,
    memberId: '',
    topics: [{ topicId: topic.id, partitions }],
  })
}

const connect = { protocolType: 'connect', protocols: protocols(['eager'], Buffer.from('any')) }

/** One group in each state, and one that only has offsets. */
const groupsInEveryState = async (stage: Stage, on: Peer): Promise<void> => {
  await stage.transcript.silently(async () => {
    const stable = await newMember(stage, 'stable', 'stable')
    const follower = await newMember(stage, 'stable', 'follower', 'instance')
    await settled(stage, on, [stable, follower])
    const left = await newMember(stage, 'empty', 'left')
    await settled(stage, on, [left])
    await on.call(leaveGroup, 0, { groupId: 'empty', memberId: left.id })
    await commitByHand(on, 'simple', { name: 'admin', id: await stage.topic('admin') })
    const syncing = await newMember(stage, 'completing', 'syncing')
    await (
      await enter(stage, syncing)
    )()
    const waiting = await newMember(stage, 'preparing', 'waiting')
    await settled(stage, on, [waiting])
    await enter(stage, await newMember(stage, 'preparing', 'joining'))
    await reaches(on, 'preparing', 'PreparingRebalance', 2)
    const worker = await newMember(stage, 'workers', 'worker')
    await (
      await enter(stage, worker, connect)
    )()
    await startSync(stage, worker, { protocolType: 'connect', protocolName: 'eager', ...assigning(worker) })()
    await enter(stage, await newMember(stage, 'entered', 'entered'))
    await reaches(on, 'entered', 'CompletingRebalance', 1)
  })
}

scenario('listing and describing', { rows: [44] }, async (stage) => {
  const { transcript } = stage
  const on = await coordinated(stage)
  await transcript.versions(on, 'none', listGroups, () => ({}))
  await groupsInEveryState(stage, on)
  await transcript.versions(on, 'all', listGroups, () => ({}))
  for (const states of [
    ['Stable'],
    [' stable '],
    ['EMPTY', 'preparingrebalance'],
    ['Dead'],
    ['Nonsense', 'Empty'],
    [''],
  ]) {
    await transcript.versions(on, `in ${states.join()}`, listGroups, () => ({ statesFilter: states }), { from: 4 })
  }
  for (const types of [
    ['classic'],
    ['Classic', 'consumer'],
    ['consumer'],
    ['share'],
    ['Nonsense'],
    [' classic '],
    [''],
  ]) {
    await transcript.versions(on, `of ${types.join()}`, listGroups, () => ({ typesFilter: types }), { from: 5 })
  }
  const both = { statesFilter: ['Stable'], typesFilter: ['classic'] }
  await transcript.versions(on, 'stable and classic', listGroups, () => both, { from: 5 })
  for (const groupId of ['stable', 'empty', 'simple', 'completing', 'preparing', 'workers', 'absent', '']) {
    await transcript.versions(on, groupId, describeGroups, () => ({ groups: [groupId] }))
  }
  const several = ['absent', 'simple', 'empty', 'simple']
  await transcript.versions(on, 'several', describeGroups, () => ({ groups: several }))
  await transcript.versions(on, 'none', describeGroups, () => ({ groups: [] }))
  const operations = { groups: ['simple', 'absent'], includeAuthorizedOperations: true }
  await transcript.versions(on, 'with operations', describeGroups, () => operations, { from: 3 })
})

scenario('deleting', { rows: [43] }, async (stage) => {
  const { transcript } = stage
  const topic = { name: 'deleting', id: await stage.topic('deleting') }
  const on = await coordinated(stage)
  const member = await newMember(stage, 'busy', 'member')
  await settled(stage, on, [member])
  for (let version = 0; version <= 2; version += 1) {
    await commitByHand(on, 'idle', topic)
    await commitByHand(on, '', topic)
    const groupsNames = ['idle', 'busy', 'absent', 'idle', '']
    await transcript.call(on, 'several', deleteGroups, version, { groupsNames })
  }
  await transcript.call(on, 'none', deleteGroups, 2, { groupsNames: [] })
  const topics = [{ topicId: topic.id, partitionIndexes: [0] }]
  await transcript.call(on, 'its offsets are gone', offsetFetch, 10, { groups: [{ groupId: 'idle', topics }] })
  transcript.note('a group that was left may be deleted, and begins anew')
  await on.call(leaveGroup, 0, { groupId: 'busy', memberId: member.id })
  await transcript.call(on, 'that was left', deleteGroups, 2, { groupsNames: ['busy'] })
  await transcript.call(on, 'deleted', describeGroups, 6, { groups: ['busy'] })
  await startJoin(stage, member)()
  const anew = await newMember(stage, 'busy', 'anew')
  await (
    await enter(stage, anew)
  )()
  transcript.note('a group whose first member has been given an id only')
  const pending = await newMember(stage, 'pending', 'pending')
  await startJoin(stage, pending)()
  await transcript.call(on, 'without a member yet', deleteGroups, 2, { groupsNames: ['pending'] })
  await startJoin(stage, pending)()
})

scenario('forgetting what a group reads', { rows: [43] }, async (stage) => {
  const { transcript } = stage
  const read = { name: 'read', id: await stage.topic('read', { partitions: 2 }) }
  const dropped = { name: 'dropped', id: await stage.topic('dropped') }
  const on = await coordinated(stage)
  const topics = [
    { name: 'dropped', partitions: [{ partitionIndex: 0 }, { partitionIndex: 7 }] },
    { name: 'absent', partitions: [{ partitionIndex: 0 }] },
    { name: 'read', partitions: [{ partitionIndex: 1 }, { partitionIndex: 0 }] },
  ]
  for (const groupId of ['readers', 'unreadable', 'others']) {
    for (const topic of [read, dropped]) await commitByHand(on, groupId, topic)
  }
  const fetched = async (groupId: string): Promise<void> => {
    const asked = [
      { name: 'read', partitionIndexes: [0] },
      { name: 'dropped', partitionIndexes: [0] },
    ]
    await transcript.call(on, 'what is left', offsetFetch, 9, { groups: [{ groupId, topics: asked }] })
  }
  const reader = await newMember(stage, 'readers', 'reader')
  await settled(stage, on, [reader])
  await transcript.call(on, 'of a group of consumers', offsetDelete, 0, { groupId: 'readers', topics })
  await fetched('readers')
  const unreadable = await newMember(stage, 'unreadable', 'unreadable')
  await settled(stage, on, [unreadable], { protocols: protocols(['range'], Buffer.from([0])) })
  await transcript.call(on, 'of consumers who do not say what they read', offsetDelete, 0, {
    groupId: 'unreadable',
    topics,
  })
  const newer = await newMember(stage, 'newer', 'newer')
  const metadata = subscription('read')
  metadata.writeInt16BE(3)
  await settled(stage, on, [newer], { protocols: protocols(['range'], metadata) })
  await transcript.call(on, 'of consumers of a later version, cut short', offsetDelete, 0, { groupId: 'newer', topics })
  const worker = await newMember(stage, 'others', 'worker')
  await (
    await enter(stage, worker, connect)
  )()
  await transcript.call(on, 'of a group that does not consume', offsetDelete, 0, { groupId: 'others', topics })
  await on.call(leaveGroup, 0, { groupId: 'others', memberId: worker.id })
  await transcript.call(on, 'of the same, empty', offsetDelete, 0, { groupId: 'others', topics })
  await fetched('others')
  await transcript.call(on, 'of no name', offsetDelete, 0, { groupId: '', topics })
  await transcript.call(on, 'nothing', offsetDelete, 0, { groupId: 'others', topics: [] })
})
