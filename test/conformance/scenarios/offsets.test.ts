// OffsetCommit, OffsetFetch, OffsetDelete and DeleteGroups at every version.
import { offsetCommit } from 'millrace/messages/08-offset-commit.js'
import { offsetFetch } from 'millrace/messages/09-offset-fetch.js'
import { deleteGroups } from 'millrace/messages/42-delete-groups.js'
import { offsetDelete } from 'millrace/messages/47-offset-delete.js'
import { coordinated } from './members.ts'
import { type TopicRef, UNKNOWN_ID } from './requests.ts'
import { scenarios } from './scenario.ts'

const scenario = scenarios('offsets')

const committing = (topic: TopicRef, rest: object = {}, partition: object = {}) => ({
  groupId: 'group',
  generationIdOrMemberEpoch: -1,
  memberId: '',
  ...rest,
  topics: [
    {
      name: topic.name,
      topicId: topic.id,
      partitions: [
        { partitionIndex: 0, committedOffset: 5, committedLeaderEpoch: 0, committedMetadata: 'm', ...partition },
      ],
    },
  ],
})

const asking = (groupId: string, topic: TopicRef | null, partitionIndexes = [0], rest: object = {}) => {
  const topics = topic === null ? null : [{ name: topic.name, topicId: topic.id, partitionIndexes }]
  return { groupId, topics, groups: [{ groupId, topics, ...rest }], requireStable: true }
}

scenario('commits and what is fetched of them', { rows: [39, 40] }, async (stage) => {
  const { transcript } = stage
  const topic = { name: 'committed', id: await stage.topic('committed', { partitions: 2 }) }
  const unknown = { name: 'no-such-topic', id: UNKNOWN_ID }
  const on = await coordinated(stage)
  await transcript.versions(on, 'of no group', offsetFetch, () => asking('nobody', topic))
  await transcript.versions(on, 'all of no group', offsetFetch, () => asking('nobody', null), { from: 2 })
  await transcript.versions(on, 'taken', offsetCommit, () => committing(topic))
  await transcript.versions(on, 'without text', offsetCommit, () => committing(topic, {}, { committedMetadata: null }))
  await transcript.versions(on, 'fetched', offsetFetch, () => asking('group', topic, [1, 0, 9]))
  await transcript.versions(on, 'all', offsetFetch, () => asking('group', null), { from: 2 })
  await transcript.versions(on, 'unknown topic', offsetFetch, () => asking('group', unknown))
  await transcript.versions(on, 'into an unknown topic', offsetCommit, () => committing(unknown))
  await transcript.versions(on, 'an unknown partition', offsetCommit, () =>
    committing(topic, {}, { partitionIndex: 7 }),
  )
  const long = { committedMetadata: 'x'.repeat(4097) }
  await transcript.versions(on, 'a long text', offsetCommit, () => committing(topic, {}, long))
  await transcript.versions(on, 'no group', offsetCommit, () => committing(topic, { groupId: '' }))
  const member = { memberId: 'nobody', generationIdOrMemberEpoch: 1 }
  await transcript.versions(on, 'a member of an empty group', offsetCommit, () => committing(topic, member))
  const absent = { ...member, groupId: 'absent' }
  await transcript.versions(on, 'a member of no group', offsetCommit, () => committing(topic, absent))
})

scenario('forgetting', { rows: [43] }, async (stage) => {
  const { transcript } = stage
  const topic = { name: 'forgotten', id: await stage.topic('forgotten') }
  const on = await coordinated(stage)
  await on.call(offsetCommit, 9, committing(topic, { groupId: 'leaving' }))
  const forget = (groupId: string, name: string, partitionIndex: number) => () => ({
    groupId,
    topics: [{ name, partitions: [{ partitionIndex }] }],
  })
  await transcript.versions(on, 'no group', offsetDelete, forget('absent', 'forgotten', 0))
  await transcript.versions(on, 'unknown topic', offsetDelete, forget('leaving', 'no-such-topic', 0))
  await transcript.versions(on, 'not committed', offsetDelete, forget('leaving', 'forgotten', 7))
  await transcript.versions(on, 'committed', offsetDelete, forget('leaving', 'forgotten', 0))
  await transcript.versions(on, 'fetched', offsetFetch, () => asking('leaving', topic))
  for (let version = 0; version <= 2; version += 1) {
    await on.call(offsetCommit, 9, committing(topic, { groupId: 'deleted' }))
    const groupsNames = ['absent', 'deleted']
    for (const name of groupsNames) await transcript.call(on, name, deleteGroups, version, { groupsNames: [name] })
  }
})
