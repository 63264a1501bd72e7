// How long offsets are kept, and when the groups they were committed by go with them.
import { offsetCommit } from 'millrace/messages/08-offset-commit.js'
import { offsetFetch } from 'millrace/messages/09-offset-fetch.js'
import { leaveGroup } from 'millrace/messages/13-leave-group.js'
import { describeGroups } from 'millrace/messages/15-describe-groups.js'
import type { Peer } from '../../harness/peer.ts'
import { eventually } from '../../harness/eventually.ts'
import { coordinated, type Member, newMember, reaches, settled } from './members.ts'
import type { TopicRef } from './requests.ts'
import { scenarios, type Stage } from './scenario.ts'

const scenario = scenarios('retention', { 'offsets.retention.check.interval.ms': '50' })

const commit = async (
  on: Peer,
  version: number,
  topic: TopicRef,
  groupId: string,
  rest: object = {},
): Promise<number> => {
  const partitions = [{ partitionIndex: 0, committedOffset: 3, committedMetadata: null }]
  const { topics } = await on.call(offsetCommit, version, {
    groupId,
    generationIdOrMemberEpoch: -1,
    memberId: '',
    topics: [{ name: topic.name, topicId: topic.id, partitions }],
    ...rest,
  })
  return topics[0]?.partitions[0]?.errorCode ?? -1
}

const committed = async (on: Peer, groupId: string, topic: TopicRef): Promise<number> => {
  const asked = [{ name: topic.name, partitionIndexes: [0] }]
  const { topics } = await on.call(offsetFetch, 1, { groupId, topics: asked })
  return topics[0]?.partitions[0]?.committedOffset ?? -1
}

const identified = ({ id, generation }: Member) => ({ memberId: id, generationIdOrMemberEpoch: generation })

/** A dynamic one would have to ask for its id first, and the next sweep may take the group that waits for it. */
const staticMember = (stage: Stage, groupId: string, name: string): Promise<Member> =>
  newMember(stage, groupId, name, `instance of ${name}`)

scenario('a retention of its own', { rows: [39] }, async (stage) => {
  const { transcript } = stage
  const topic = { name: 'retained', id: await stage.topic('retained') }
  const read = { name: 'read', id: await stage.topic('read') }
  const on = await coordinated(stage)
  // Only the first versions name one; later ones have no such field.
  for (let version = 2; version <= 10; version += 1) {
    await commit(on, version, topic, `retained-${version}`, { retentionTimeMs: 1 })
  }
  const reader = await staticMember(stage, 'readers', 'reader')
  await settled(stage, on, [reader])
  const own = { ...identified(reader), retentionTimeMs: 1 }
  for (const each of [topic, read]) await commit(on, 4, each, 'readers', own)
  const gone = ['retained-2', 'retained-3', 'retained-4']
  await eventually('the oldest are gone, and their groups', async () => {
    const { groups } = await on.call(describeGroups, 6, { groups: gone })
    return groups.every(({ groupState }) => groupState === 'Dead') ? true : undefined
  })
  const offsets = []
  for (let version = 2; version <= 10; version += 1) offsets.push(await committed(on, `retained-${version}`, topic))
  transcript.note('by hand, versions 2 to 10', offsets)
  await eventually('a stable group loses what it does not read', async () => {
    return (await committed(on, 'readers', topic)) === -1 ? true : undefined
  })
  transcript.note('what a stable group reads', await committed(on, 'readers', read))
  await transcript.call(on, 'stable', describeGroups, 6, { groups: ['readers'] })
  await on.call(leaveGroup, 0, { groupId: 'readers', memberId: reader.id })
  await reaches(on, 'readers', 'Dead')
  transcript.note('what was read, after the last has left', await committed(on, 'readers', read))
})

scenario('groups that are left', { rows: [39] }, async (stage) => {
  const { transcript } = stage
  const topic = { name: 'left', id: await stage.topic('left') }
  const on = await coordinated(stage)
  const members = [await staticMember(stage, 'without', 'without'), await staticMember(stage, 'with', 'with')]
  for (const member of members) await settled(stage, on, [member])
  const [, last] = members
  if (last !== undefined) await commit(on, 9, topic, 'with', identified(last))
  for (const { groupId, id } of members) await on.call(leaveGroup, 0, { groupId, memberId: id })
  await reaches(on, 'without', 'Dead')
  transcript.note('one that has committed nothing is gone at the next look')
  await transcript.call(on, 'one that has', describeGroups, 6, { groups: ['with'] })
})
