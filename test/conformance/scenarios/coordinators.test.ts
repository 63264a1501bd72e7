// FindCoordinator at every version, on a broker that has never had a group.
import { offsetCommit } from 'millrace/messages/08-offset-commit.js'
import { offsetFetch } from 'millrace/messages/09-offset-fetch.js'
import { findCoordinator } from 'millrace/messages/10-find-coordinator.js'
import { joinGroup } from 'millrace/messages/11-join-group.js'
import { heartbeat } from 'millrace/messages/12-heartbeat.js'
import { leaveGroup } from 'millrace/messages/13-leave-group.js'
import { syncGroup } from 'millrace/messages/14-sync-group.js'
import { describeGroups } from 'millrace/messages/15-describe-groups.js'
import { listGroups } from 'millrace/messages/16-list-groups.js'
import { deleteGroups } from 'millrace/messages/42-delete-groups.js'
import { offsetDelete } from 'millrace/messages/47-offset-delete.js'
import { coordinated, identity, joinRequest, newMember, syncRequest } from './members.ts'
import { scenarios } from './scenario.ts'

const scenario = scenarios('coordinators')

scenario('before there is a coordinator', { rows: [33] }, async (stage) => {
  const { transcript } = stage
  const topic = { name: 'early', id: await stage.topic('early') }
  const on = await stage.peer()
  const member = { ...(await newMember(stage, 'early', 'member')), id: 'x', generation: 1 }
  const { groupId } = member
  await transcript.versions(on, 'without an id', joinGroup, () => joinRequest({ ...member, id: '' }))
  await transcript.versions(on, 'of nobody', syncGroup, () => syncRequest(member))
  await transcript.versions(on, 'of nobody', heartbeat, () => identity(member))
  await transcript.versions(on, 'of nobody', leaveGroup, () => ({
    groupId,
    memberId: 'x',
    members: [{ memberId: 'x' }],
  }))
  const partitions = [{ partitionIndex: 0, committedOffset: 1, committedMetadata: null }]
  await transcript.versions(on, 'by hand', offsetCommit, () => ({
    groupId,
    generationIdOrMemberEpoch: -1,
    memberId: '',
    topics: [{ name: topic.name, topicId: topic.id, partitions }],
  }))
  const topics = [{ name: topic.name, topicId: topic.id, partitionIndexes: [0] }]
  await transcript.versions(on, 'of nobody', offsetFetch, () => ({ groupId, topics, groups: [{ groupId, topics }] }))
  await transcript.versions(on, 'of nobody', describeGroups, () => ({ groups: [groupId] }))
  await transcript.versions(on, 'all', listGroups, () => ({}))
  await transcript.versions(on, 'of nobody', deleteGroups, () => ({ groupsNames: [groupId] }))
  await transcript.versions(on, 'of nobody', offsetDelete, () => ({
    groupId,
    topics: [{ name: topic.name, partitions: [{ partitionIndex: 0 }] }],
  }))
  await transcript.call(on, 'the first of all', findCoordinator, 3, { key: groupId, keyType: 0 })
})

scenario('where the coordinator is', { rows: [33] }, async (stage) => {
  const { transcript } = stage
  const on = await coordinated(stage)
  await transcript.versions(on, 'of a group', findCoordinator, () => ({ key: 'any', coordinatorKeys: ['any'] }))
  await transcript.versions(on, 'of no name', findCoordinator, () => ({ key: '', coordinatorKeys: [''] }))
  await transcript.versions(on, 'several', findCoordinator, () => ({ coordinatorKeys: ['b', 'a', 'b'] }), { from: 4 })
  await transcript.versions(on, 'none', findCoordinator, () => ({ coordinatorKeys: [] }), { from: 4 })
  await transcript.versions(
    on,
    'of an unknown kind',
    findCoordinator,
    () => ({ key: 'any', keyType: 9, coordinatorKeys: ['a', 'b'] }),
    { from: 1 },
  )
  await transcript.versions(
    on,
    'of a share group, before there were any',
    findCoordinator,
    () => ({ key: 'any', keyType: 2, coordinatorKeys: ['any'] }),
    { from: 1 },
  )
})
