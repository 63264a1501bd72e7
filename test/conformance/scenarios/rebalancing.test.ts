// The course of a rebalance: what members may do in each state of their group, and who hears of what.
import { offsetCommit } from 'millrace/messages/08-offset-commit.js'
import { heartbeat } from 'millrace/messages/12-heartbeat.js'
import { leaveGroup } from 'millrace/messages/13-leave-group.js'
import { syncGroup } from 'millrace/messages/14-sync-group.js'
import { describeGroups } from 'millrace/messages/15-describe-groups.js'
import { deleteGroups } from 'millrace/messages/42-delete-groups.js'
import { offsetDelete } from 'millrace/messages/47-offset-delete.js'
import type { Peer } from '../../harness/peer.ts'
import {
  assigning,
  coordinated,
  enter,
  identity,
  type Member,
  newMember,
  protocols,
  reaches,
  settled,
  startJoin,
  startSync,
  subscription,
  syncRequest,
} from './members.ts'
import type { TopicRef } from './requests.ts'
import { scenarios, type Stage } from './scenario.ts'

const scenario = scenarios('rebalancing')

/** What the topic behind groups takes in one batch. */
const BATCH_BYTES_MAX = 1_048_588

const committing = (member: Member, topic: TopicRef, rest: object = {}) => ({
  groupId: member.groupId,
  generationIdOrMemberEpoch: member.generation,
  memberId: member.id,
  groupInstanceId: member.instanceId,
  topics: [
    {
      name: topic.name,
      topicId: topic.id,
      partitions: [{ partitionIndex: 0, committedOffset: 5, committedMetadata: null }],
    },
  ],
  ...rest,
})

/** Every request that may be made of a group without changing it, by one of its members and by others. */
const askEverything = async ({ transcript }: Stage, on: Peer, state: string, member: Member, topic: TopicRef) => {
  transcript.note(`--- ${state}`)
  const { groupId } = member
  await transcript.call(on, 'by its name', describeGroups, 6, { groups: [groupId] })
  const late = { generationId: member.generation - 1 }
  const stranger = { memberId: 'nobody' }
  const instance = { groupInstanceId: 'nobody' }
  await transcript.versions(on, 'of the member', heartbeat, () => identity(member))
  await transcript.versions(on, 'too late', heartbeat, () => ({ ...identity(member), ...late }))
  await transcript.versions(on, 'of a stranger', heartbeat, () => ({ ...identity(member), ...stranger }))
  await transcript.versions(on, 'of an instance of nobody', heartbeat, () => ({ ...identity(member), ...instance }))
  await transcript.versions(on, 'too late', syncGroup, () => syncRequest(member, late))
  await transcript.versions(on, 'of a stranger', syncGroup, () => syncRequest(member, stranger))
  await transcript.versions(on, 'of an instance of nobody', syncGroup, () => syncRequest(member, instance))
  await transcript.versions(on, 'of another protocol', syncGroup, () => syncRequest(member, { protocolName: 'x' }), {
    from: 5,
  })
  await transcript.versions(on, 'of another type', syncGroup, () => syncRequest(member, { protocolType: 'x' }), {
    from: 5,
  })
  await transcript.call(on, 'without a protocol', syncGroup, 5, syncRequest(member, { protocolName: null }))
  await transcript.versions(on, 'of the member', offsetCommit, () => committing(member, topic))
  await transcript.versions(on, 'too late', offsetCommit, () =>
    committing(member, topic, { generationIdOrMemberEpoch: member.generation - 1 }),
  )
  await transcript.versions(on, 'of a stranger', offsetCommit, () => committing(member, topic, stranger))
  await transcript.versions(on, 'of an instance of nobody', offsetCommit, () => committing(member, topic, instance))
  const byHand = { generationIdOrMemberEpoch: -1, memberId: '' }
  await transcript.versions(on, 'by hand', offsetCommit, () => committing(member, topic, byHand))
  await transcript.versions(on, 'of a stranger', leaveGroup, () => ({
    groupId,
    ...stranger,
    members: [stranger, { memberId: '', ...instance }, { memberId: '' }],
  }))
  await transcript.versions(on, 'with it', deleteGroups, () => ({ groupsNames: [groupId] }))
  const partitions = [{ partitionIndex: 0 }]
  await transcript.versions(on, 'from it', offsetDelete, () => ({
    groupId,
    topics: [{ name: topic.name, partitions }],
  }))
}

scenario('every request in every state', { rows: [36, 37, 39, 43, 44] }, async (stage) => {
  const { transcript } = stage
  const topic = { name: 'read', id: await stage.topic('read') }
  const on = await coordinated(stage)
  const first = await newMember(stage, 'states', 'first')
  await askEverything(stage, on, 'no group', { ...first, groupId: 'absent', id: 'x', generation: 1 }, topic)
  await askEverything(stage, on, 'no name', { ...first, groupId: '', id: 'x', generation: 1 }, topic)
  await transcript.silently(async () => {
    await (
      await enter(stage, first)
    )()
  })
  await askEverything(stage, on, 'CompletingRebalance', first, topic)
  await startSync(stage, first, assigning(first))()
  await transcript.versions(on, 'once more', syncGroup, () => syncRequest(first))
  await askEverything(stage, on, 'Stable', first, topic)
  const second = await newMember(stage, 'states', 'second')
  const joined = await enter(stage, second)
  await reaches(on, 'states', 'PreparingRebalance', 2)
  await transcript.versions(on, 'of the member', syncGroup, () => syncRequest(first))
  await askEverything(stage, on, 'PreparingRebalance', first, topic)
  await transcript.call(on, 'the first', leaveGroup, 5, { groupId: 'states', members: [{ memberId: first.id }] })
  await joined()
  await transcript.call(on, 'the second', leaveGroup, 0, { groupId: 'states', memberId: second.id })
  await askEverything(stage, on, 'Empty', { ...second, generation: 3 }, topic)
})

scenario('joining again', { rows: [36] }, async (stage) => {
  const { transcript } = stage
  const on = await coordinated(stage)
  const leader = await newMember(stage, 'again', 'leader')
  const follower = await newMember(stage, 'again', 'follower')
  await settled(stage, on, [leader, follower])
  transcript.note('a follower of a stable group, unchanged')
  for (let version = 0; version <= 9; version += 1) await startJoin(stage, follower, {}, version)()
  await transcript.call(on, 'as before', describeGroups, 5, { groups: ['again'] })
  transcript.note('the leader, unchanged')
  let leads = startJoin(stage, leader)
  await reaches(on, 'again', 'PreparingRebalance')
  await startJoin(stage, follower)()
  await leads()
  transcript.note('both once more, before the assignment')
  await startJoin(stage, leader)()
  await startJoin(stage, follower)()
  transcript.note('the follower with something else, before the assignment')
  let follows = startJoin(stage, follower, { protocols: protocols(['range'], subscription('more')) })
  await reaches(on, 'again', 'PreparingRebalance')
  await startJoin(stage, leader)()
  await follows()
  await startSync(stage, leader, assigning(leader, follower))()
  await startSync(stage, follower)()
  transcript.note('the follower with something else, in a stable group')
  follows = startJoin(stage, follower, { protocols: protocols(['range'], subscription('less')) })
  await reaches(on, 'again', 'PreparingRebalance')
  leads = startJoin(stage, leader)
  await follows()
  await leads()
})

scenario('the assignment', { rows: [37] }, async (stage) => {
  const { transcript } = stage
  const on = await coordinated(stage)
  const leader = await newMember(stage, 'assigned', 'leader')
  const forgotten = await newMember(stage, 'assigned', 'forgotten')
  const chosen = await newMember(stage, 'assigned', 'chosen')
  await settled(stage, on, [leader, forgotten, chosen])
  await transcript.call(on, 'all assigned', describeGroups, 5, { groups: ['assigned'] })
  transcript.note('a leader that leaves one out, and names one that is not there')
  const again = startJoin(stage, leader)
  await reaches(on, 'assigned', 'PreparingRebalance')
  await transcript.call(on, 'no assignments while they join', describeGroups, 5, { groups: ['assigned'] })
  const others = [forgotten, chosen].map((member) => startJoin(stage, member))
  await again()
  for (const joined of others) await joined()
  await transcript.call(on, 'before the assignment', describeGroups, 5, { groups: ['assigned'] })
  const stranger = { ...leader, id: 'nobody', name: 'stranger' }
  const waiting = startSync(stage, forgotten, {}, 4)
  await startSync(stage, leader, assigning(chosen, stranger), 3)()
  await waiting()
  for (let version = 0; version <= 5; version += 1) await startSync(stage, chosen, {}, version)()
  await startSync(stage, leader)()
  await transcript.call(on, 'some assigned', describeGroups, 5, { groups: ['assigned'] })
  transcript.note('a follower cannot assign')
  await startSync(stage, forgotten, assigning(forgotten))()
})

scenario('a member that comes in between', { rows: [37] }, async (stage) => {
  const { transcript } = stage
  const on = await coordinated(stage)
  const leader = await newMember(stage, 'between', 'leader')
  const follower = await newMember(stage, 'between', 'follower')
  await settled(stage, on, [leader, follower])
  const again = startJoin(stage, leader)
  await reaches(on, 'between', 'PreparingRebalance')
  await startJoin(stage, follower)()
  await again()
  transcript.note('a sync that waits is sent back')
  const waiting = startSync(stage, follower)
  const third = await newMember(stage, 'between', 'third')
  const joined = await enter(stage, third)
  await reaches(on, 'between', 'PreparingRebalance', 3)
  await waiting()
  const [leads, follows] = [startJoin(stage, leader), startJoin(stage, follower)]
  await leads()
  await follows()
  await joined()
  transcript.note('members that leave')
  await startSync(stage, leader, assigning(leader, follower, third))()
  const leaving = { groupId: 'between', members: [{ memberId: third.id }, { memberId: 'nobody' }] }
  await transcript.call(on, 'one and a stranger', leaveGroup, 4, leaving)
  await transcript.call(on, 'the others', heartbeat, 4, identity(leader))
  const last = startJoin(stage, leader)
  await transcript.call(on, 'one more, while another waits', leaveGroup, 3, {
    groupId: 'between',
    members: [{ memberId: follower.id }],
  })
  await last()
})

scenario('a protocol of another kind', { rows: [37, 43, 44] }, async (stage) => {
  const topic = { name: 'other', id: await stage.topic('other') }
  const on = await coordinated(stage)
  const worker = await newMember(stage, 'workers', 'worker')
  const rest = { protocolType: 'connect', protocols: protocols(['compatible', 'eager'], Buffer.from('any')) }
  await (
    await enter(stage, worker, rest)
  )()
  await startSync(stage, worker, {
    protocolType: 'connect',
    protocolName: 'compatible',
    ...assigning(worker),
  })()
  await askEverything(stage, on, 'Stable', worker, topic)
})

scenario('an assignment beyond a batch', { rows: [37] }, async (stage) => {
  const { transcript } = stage
  const on = await coordinated(stage)
  const leader = await newMember(stage, 'oversized', 'leader')
  const follower = await newMember(stage, 'oversized', 'follower')
  await settled(stage, on, [leader, follower])
  const again = startJoin(stage, leader)
  await reaches(on, 'oversized', 'PreparingRebalance')
  await startJoin(stage, follower)()
  await again()
  const waiting = startSync(stage, follower)
  const assignments = [{ memberId: leader.id, assignment: Buffer.alloc(BATCH_BYTES_MAX) }]
  await startSync(stage, leader, { assignments })()
  await waiting()
  await transcript.call(on, 'after that', heartbeat, 4, identity(leader))
  await transcript.call(on, 'after that', describeGroups, 6, { groups: ['oversized'] })
  const rejoined = startJoin(stage, leader)
  await startJoin(stage, follower)()
  await rejoined()
  await startSync(stage, leader, assigning(leader, follower))()
})
