// Static members: the same instance comes back under a new id, and its group does not rebalance for it.
import { offsetCommit } from 'millrace/messages/08-offset-commit.js'
import { joinGroup } from 'millrace/messages/11-join-group.js'
import { heartbeat } from 'millrace/messages/12-heartbeat.js'
import { leaveGroup } from 'millrace/messages/13-leave-group.js'
import { syncGroup } from 'millrace/messages/14-sync-group.js'
import { describeGroups } from 'millrace/messages/15-describe-groups.js'
import type { Peer } from '../../harness/peer.ts'
import {
  assigning,
  coordinated,
  enter,
  identity,
  joinRequest,
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
import { scenarios, type Stage } from './scenario.ts'

const scenario = scenarios('static-members')

/** The same instance after a restart: it knows nothing of its id. */
const restarted = async (stage: Stage, member: Member, name: string): Promise<Member> => ({
  ...member,
  name,
  id: '',
  generation: -1,
  peer: await stage.peer(),
})

const describing = ({ transcript }: Stage, on: Peer, groupId: string) =>
  transcript.call(on, 'now', describeGroups, 5, { groups: [groupId] })

scenario('a restart in a stable group', { rows: [38] }, async (stage) => {
  const { transcript } = stage
  const topic = { name: 'kept', id: await stage.topic('kept') }
  const on = await coordinated(stage)
  for (let version = 5; version <= 9; version += 1) {
    const groupId = `restart-${version}`
    const leader = await newMember(stage, groupId, `leader ${version}`, 'one')
    const follower = await newMember(stage, groupId, `follower ${version}`, 'two')
    const dynamic = await newMember(stage, groupId, `dynamic ${version}`)
    await settled(stage, on, [leader, follower, dynamic])
    const again = await restarted(stage, follower, `new follower ${version}`)
    await startJoin(stage, again, {}, version)()
    await startSync(stage, again)()
    const leads = await restarted(stage, leader, `new leader ${version}`)
    await startJoin(stage, leads, {}, version)()
    await startSync(stage, leads, assigning(again, leads), version === 9 ? 5 : 3)()
    await describing(stage, on, groupId)
    transcript.note('the ids of before')
    const old = { ...follower, generation: again.generation }
    const late = { ...old, id: 'nobody' }
    await transcript.versions(on, 'old id', heartbeat, () => identity(old))
    await transcript.versions(on, 'old id', syncGroup, () => syncRequest(old))
    await transcript.versions(on, 'old id', joinGroup, () => joinRequest(old), { from: 5 })
    await transcript.versions(on, 'other id', joinGroup, () => joinRequest(late), { from: 5 })
    const partitions = [{ partitionIndex: 0, committedOffset: 1, committedMetadata: null }]
    const topics = [{ name: topic.name, topicId: topic.id, partitions }]
    await transcript.versions(on, 'old id', offsetCommit, () => ({
      groupId,
      topics,
      generationIdOrMemberEpoch: old.generation,
      memberId: old.id,
      groupInstanceId: old.instanceId,
    }))
    const members = [{ memberId: old.id, groupInstanceId: old.instanceId }, { memberId: old.id }]
    await transcript.versions(on, 'old id', leaveGroup, () => ({ groupId, memberId: old.id, members }))
    await transcript.call(on, 'of the dynamic one, undisturbed', heartbeat, 4, identity(dynamic))
  }
})

scenario('a restart with other protocols', { rows: [38] }, async (stage) => {
  const { transcript } = stage
  const on = await coordinated(stage)
  const leader = await newMember(stage, 'changed', 'leader', 'one')
  const follower = await newMember(stage, 'changed', 'follower', 'two')
  const both = { protocols: protocols(['range', 'roundrobin']) }
  await settled(stage, on, [leader, follower], both)
  transcript.note('another subscription, and the same protocol would be chosen')
  const again = await restarted(stage, follower, 'again')
  await startJoin(stage, again, { protocols: protocols(['range', 'roundrobin'], subscription('more')) })()
  await describing(stage, on, 'changed')
  transcript.note('another protocol would be chosen')
  const third = await restarted(stage, again, 'third')
  const joined = startJoin(stage, third, { protocols: protocols(['roundrobin']) })
  await reaches(on, 'changed', 'PreparingRebalance')
  await startJoin(stage, leader, both)()
  await joined()
  transcript.note('nothing in common')
  const fourth = await restarted(stage, third, 'fourth')
  await startJoin(stage, fourth, { protocols: protocols(['sticky']) })()
})

scenario('a restart during a rebalance', { rows: [38] }, async (stage) => {
  const { transcript } = stage
  const on = await coordinated(stage)
  const leader = await newMember(stage, 'moving', 'leader', 'one')
  const follower = await newMember(stage, 'moving', 'follower', 'two')
  await settled(stage, on, [leader, follower])
  transcript.note('before the assignment')
  const again = startJoin(stage, leader)
  await reaches(on, 'moving', 'PreparingRebalance')
  await startJoin(stage, follower)()
  await again()
  const waiting = startSync(stage, follower)
  const second = await restarted(stage, follower, 'second')
  const joined = startJoin(stage, second)
  await reaches(on, 'moving', 'PreparingRebalance')
  await waiting()
  transcript.note('while others join: the join of before is fenced')
  const third = await restarted(stage, second, 'third')
  const replaced = startJoin(stage, third)
  await joined()
  const leads = await restarted(stage, leader, 'leads')
  await startJoin(stage, leads)()
  await replaced()
  await describing(stage, on, 'moving')
})

scenario('leaving', { rows: [38] }, async (stage) => {
  const { transcript } = stage
  const on = await coordinated(stage)
  const leader = await newMember(stage, 'leaving', 'leader', 'one')
  const names = ['two', 'three', 'four', 'five'] as const
  const followers = await Promise.all(names.map((name) => newMember(stage, 'leaving', name, name)))
  const dynamic = await newMember(stage, 'leaving', 'dynamic')
  await settled(stage, on, [leader, ...followers, dynamic])
  const leave = (what: string, version: number, ...members: { memberId?: string; groupInstanceId?: string }[]) =>
    transcript.call(on, what, leaveGroup, version, {
      groupId: 'leaving',
      members: members.map(({ memberId = '', groupInstanceId = null }) => ({ memberId, groupInstanceId })),
    })
  const [two, three, four, five] = followers
  await leave('nobody at all', 5)
  await leave('an instance of nobody', 3, { groupInstanceId: 'nobody' })
  await leave('the id of another', 4, { groupInstanceId: 'two', memberId: three?.id ?? '' })
  await describing(stage, on, 'leaving')
  await leave('by instance', 5, { groupInstanceId: 'two' }, { groupInstanceId: 'two' })
  await leave('by instance and id', 4, { groupInstanceId: 'three', memberId: three?.id ?? '' })
  await leave('by id', 3, { memberId: four?.id ?? '' })
  await transcript.call(on, 'by id', leaveGroup, 2, { groupId: 'leaving', memberId: five?.id ?? '' })
  await transcript.call(on, 'one that has left', heartbeat, 4, identity(two ?? leader))
  const last = await enter(stage, await newMember(stage, 'leaving', 'last'))
  const rejoined = startJoin(stage, dynamic)
  await startJoin(stage, leader)()
  await rejoined()
  await last()
  await describing(stage, on, 'leaving')
})
