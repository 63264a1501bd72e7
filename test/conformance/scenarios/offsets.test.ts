// OffsetCommit, OffsetFetch, OffsetDelete and DeleteGroups at every version.
import { offsetCommit } from 'millrace/messages/08-offset-commit.js'
import { offsetFetch } from 'millrace/messages/09-offset-fetch.js'
import { describeGroups } from 'millrace/messages/15-describe-groups.js'
import { deleteTopics } from 'millrace/messages/20-delete-topics.js'
import { deleteGroups } from 'millrace/messages/42-delete-groups.js'
import { offsetDelete } from 'millrace/messages/47-offset-delete.js'
import { eventually } from '../../harness/eventually.ts'
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

/** Commits by hand: topic, partition, and what to commit there. */
const committingAll = (
  groupId: string,
  commits: readonly (readonly [topic: TopicRef, partitionIndex: number, rest?: object])[],
) => ({
  groupId,
  generationIdOrMemberEpoch: -1,
  memberId: '',
  topics: commits.map(([topic, partitionIndex, rest]) => ({
    name: topic.name,
    topicId: topic.id,
    partitions: [{ partitionIndex, committedOffset: 1, committedMetadata: null, ...rest }],
  })),
})

scenario('what may be committed', { rows: [39, 40] }, async (stage) => {
  const { transcript } = stage
  const topic = { name: 'values', id: await stage.topic('values', { partitions: 3 }) }
  const on = await coordinated(stage)
  const values: readonly (readonly [what: string, committed: object])[] = [
    ['a text of the most there may be', { committedMetadata: 'x'.repeat(4096) }],
    ['a text of more bytes than characters', { committedMetadata: '\u{f6}'.repeat(4096) }],
    ['an empty text', { committedMetadata: '' }],
    ['a leader epoch', { committedLeaderEpoch: 7 }],
    ['an offset beyond the end', { committedOffset: 2 ** 40 }],
    ['no offset', { committedOffset: -1 }],
    ['an offset below that', { committedOffset: -7 }],
  ]
  for (const [what, committed] of values) {
    await transcript.call(on, what, offsetCommit, 9, committing(topic, { groupId: 'values' }, committed))
    const { groups } = await on.call(offsetFetch, 9, asking('values', topic))
    const partition = groups[0]?.topics[0]?.partitions[0]
    transcript.note('fetched', { ...partition, metadata: `${partition?.metadata?.length} characters` })
  }
  transcript.note('a partition twice: the last counts')
  const twice = [
    { partitionIndex: 1, committedOffset: 5, committedMetadata: 'first' },
    { partitionIndex: 1, committedOffset: 4, committedMetadata: 'second' },
  ]
  await transcript.call(on, 'twice', offsetCommit, 9, {
    ...committingAll('twice', []),
    topics: [{ name: topic.name, topicId: topic.id, partitions: twice }],
  })
  await transcript.call(on, 'one of them', offsetFetch, 9, asking('twice', topic, [1]))
  await transcript.call(on, 'nothing', offsetCommit, 9, committingAll('nothing', []))
  await transcript.call(on, 'no group was made', describeGroups, 6, { groups: ['nothing'] })
  await transcript.call(on, 'one was made', describeGroups, 6, { groups: ['twice'] })
  const epochs = [-1, -2, 0]
  for (const generationIdOrMemberEpoch of epochs) {
    const identities = [{}, { memberId: 'nobody' }, { groupInstanceId: 'nobody' }]
    for (const identity of identities) {
      const request = { ...committing(topic, { groupId: 'twice' }), generationIdOrMemberEpoch, ...identity }
      const what = `generation ${generationIdOrMemberEpoch} ${Object.keys(identity).join()} of an empty group`
      await transcript.call(on, what, offsetCommit, 9, request)
    }
  }
})

scenario('the order of what is answered', { rows: [39, 40, 43] }, async (stage) => {
  const { transcript } = stage
  const one = { name: 'one', id: await stage.topic('one', { partitions: 2 }) }
  const two = { name: 'two', id: await stage.topic('two') }
  const absent = { name: 'no-such-topic', id: UNKNOWN_ID }
  const on = await coordinated(stage)
  const partitions = (...indexes: readonly number[]) =>
    indexes.map((partitionIndex) => ({ partitionIndex, committedOffset: partitionIndex, committedMetadata: null }))
  const topics = [
    { name: two.name, topicId: two.id, partitions: partitions(0, 5) },
    { name: absent.name, topicId: absent.id, partitions: partitions(1, 0) },
    { name: one.name, topicId: one.id, partitions: partitions(9, 1, 0) },
  ]
  await transcript.versions(on, 'several', offsetCommit, () => ({ ...committingAll('order', []), topics }))
  const asked = [absent, two, one].map(({ name, id }) => ({ name, topicId: id, partitionIndexes: [9, 1, 0] }))
  const groups = ['absent', 'order', 'absent'].map((groupId) => ({ groupId, topics: asked }))
  await transcript.versions(on, 'several', offsetFetch, () => ({ groupId: 'order', topics: asked, groups }))
  const none = {
    groupId: 'order',
    topics: [],
    groups: [
      { groupId: 'order', topics: [] },
      { groupId: 'nobody', topics: null },
    ],
  }
  await transcript.versions(on, 'no topic', offsetFetch, () => none)
  await transcript.versions(on, 'no group', offsetFetch, () => ({ groups: [] }), { from: 8 })
  const aMember = { groupId: 'order', memberId: 'nobody', memberEpoch: 3, topics: asked }
  await transcript.versions(on, 'as a member of another kind of group', offsetFetch, () => ({ groups: [aMember] }), {
    from: 9,
  })
})

scenario('topics that are deleted and made again', { rows: [27, 39, 40] }, async (stage) => {
  const { transcript } = stage
  const before = { name: 'anew', id: await stage.topic('anew') }
  const kept = { name: 'kept', id: await stage.topic('kept') }
  const on = await coordinated(stage)
  await on.call(
    offsetCommit,
    9,
    committingAll('anew', [
      [before, 0],
      [kept, 0],
    ]),
  )
  await on.call(deleteTopics, 5, { topicNames: ['anew'], timeoutMs: 10_000 })
  await eventually('its offsets are gone', async () => {
    const { topics } = await on.call(offsetFetch, 1, asking('anew', before))
    return topics[0]?.partitions[0]?.committedOffset === -1 ? true : undefined
  })
  await transcript.versions(on, 'of the deleted topic', offsetFetch, () => asking('anew', before))
  await transcript.versions(on, 'all', offsetFetch, () => asking('anew', null), { from: 2 })
  await transcript.versions(on, 'to the deleted topic', offsetCommit, () => committing(before, { groupId: 'anew' }))
  const after = { name: 'anew', id: await stage.topic('anew') }
  transcript.name(before.id, 'id of before')
  await transcript.versions(on, 'before anything is committed', offsetFetch, () => asking('anew', after))
  await transcript.call(on, 'to the old id', offsetCommit, 10, committing(before, { groupId: 'anew' }))
  await transcript.call(on, 'of the old id', offsetFetch, 10, asking('anew', before))
  await transcript.versions(on, 'to the new one', offsetCommit, () => committing(after, { groupId: 'anew' }))
  await transcript.versions(on, 'of the new one', offsetFetch, () => asking('anew', after))
})
