// A topic gets partitions while a group reads it: the group goes on, sees them and reads them.
import { fetch } from 'millrace/messages/01-fetch.js'
import { metadata } from 'millrace/messages/03-metadata.js'
import { offsetCommit } from 'millrace/messages/08-offset-commit.js'
import { offsetFetch } from 'millrace/messages/09-offset-fetch.js'
import { findCoordinator } from 'millrace/messages/10-find-coordinator.js'
import { joinGroup } from 'millrace/messages/11-join-group.js'
import { heartbeat } from 'millrace/messages/12-heartbeat.js'
import { syncGroup } from 'millrace/messages/14-sync-group.js'
import { createPartitions } from 'millrace/messages/37-create-partitions.js'
import { errorName } from 'millrace/wire/errors.js'
import { expect, test } from 'vitest'
import { missingClients, script } from '../../harness/clients.ts'
import { eventually } from '../../harness/eventually.ts'
import { fileBroker } from '../../harness/file-broker.ts'
import { Peer } from '../../harness/peer.ts'
import { type Running, start } from '../../harness/process.ts'
import { fetchRequest, type TopicRef, write } from '../scenarios/requests.ts'
import { fetchCode, makeTopic, readAll } from './topics.ts'

const missing = await missingClients('python')
const broker = fileBroker()
const BEFORE = [0, 1]
const ADDED = [2, 3, 4, 5]
const ALL = [...BEFORE, ...ADDED]

/** Resolves once the new partitions are served. */
const grow = async (on: Peer, topic: TopicRef): Promise<void> => {
  const topics = [{ name: topic.name, count: ALL.length, assignments: null }]
  const { results } = await on.call(createPartitions, 3, { topics, timeoutMs: 10_000, validateOnly: false })
  expect(errorName(results[0]?.errorCode ?? -1)).toBe('NONE')
  await eventually('the new partitions are served', async () => {
    const answer = await on.call(
      fetch,
      13,
      fetchRequest([{ topic, partitions: ALL.map((partition) => ({ partition })) }]),
    )
    const codes = answer.responses.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode))
    return codes.every((code) => code === 0) ? true : undefined
  })
}

test('at the wire: the generation stays, and positions and sessions take the new partitions', async () => {
  const on = await Peer.open(broker().port)
  const topic = await makeTopic(on, 'grown', { partitions: BEFORE.length })
  for (const index of BEFORE) await write(on, topic, [{ value: `${index}` }], {}, index)
  const group = await soleMember(on, 'growing')
  const asked = [{ topic, partitions: BEFORE.map((partition) => ({ partition, fetchOffset: 1 })) }]
  const { sessionId } = await on.call(fetch, 13, fetchRequest(asked, { sessionEpoch: 0 }))
  expect(await fetchCode(on, 13, topic)).toBe('NONE')

  await grow(on, topic)
  const { topics } = await on.call(metadata, 12, { topics: [{ name: topic.name }] })
  expect(topics[0]?.topicId).toBe(topic.id)
  expect(topics[0]?.partitions.map(({ partitionIndex }) => partitionIndex).toSorted()).toEqual(ALL)
  for (const index of ADDED) expect(await write(on, topic, [{ value: `${index}` }], {}, index)).toBe(0)
  expect(await readAll(on, topic, 0)).toHaveLength(1)

  // The coordinator does not call for a rebalance: members look at the metadata themselves and join anew.
  expect(await group.beat()).toBe('NONE')
  const added = [{ topic, partitions: ADDED.map((partition) => ({ partition })) }]
  const news = await on.call(fetch, 13, fetchRequest(added, { sessionId, sessionEpoch: 1 }))
  const found = news.responses.flatMap(({ partitions }) => partitions)
  expect(found.map(({ partitionIndex, errorCode }) => [partitionIndex, errorCode])).toEqual(
    ADDED.map((index) => [index, 0]),
  )
  expect(await group.commit(topic)).toEqual(ALL.map(() => 'NONE'))
  expect(await group.committed(topic)).toEqual(ALL.map((index) => index * 10))
  on.close()
})

interface Member {
  readonly beat: () => Promise<string>
  /** Commits ten times the index of each partition; answers the codes. */
  readonly commit: (topic: TopicRef) => Promise<readonly string[]>
  readonly committed: (topic: TopicRef) => Promise<readonly number[]>
}

const soleMember = async (on: Peer, groupId: string): Promise<Member> => {
  await eventually('the coordinator', async () => {
    const answer = await on.call(findCoordinator, 1, { key: groupId, keyType: 0 })
    return answer.errorCode === 0 ? true : undefined
  })
  const joining = {
    groupId,
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 10_000,
    memberId: '',
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
  }
  const joined = await eventually('the group is loaded', async () => {
    const answer = await on.call(joinGroup, 3, joining)
    return answer.errorCode === 0 ? answer : undefined
  })
  const { generationId, memberId } = joined
  const assignments = [{ memberId, assignment: Buffer.from('all of it') }]
  const synced = await on.call(syncGroup, 2, { groupId, generationId, memberId, assignments })
  expect(errorName(synced.errorCode)).toBe('NONE')
  return {
    beat: async () => errorName((await on.call(heartbeat, 2, { groupId, generationId, memberId })).errorCode),
    commit: async ({ id }) => {
      const partitions = ALL.map((index) => ({
        partitionIndex: index,
        committedOffset: index * 10,
        committedMetadata: null,
      }))
      const request = {
        groupId,
        generationIdOrMemberEpoch: generationId,
        memberId,
        topics: [{ topicId: id, partitions }],
      }
      const answer = await on.call(offsetCommit, 10, request)
      return answer.topics[0]?.partitions.map(({ errorCode }) => errorName(errorCode)) ?? []
    },
    committed: async ({ id }) => {
      const groups = [{ groupId, memberId: null, memberEpoch: -1, topics: [{ topicId: id, partitionIndexes: ALL }] }]
      const answer = await on.call(offsetFetch, 10, { groups, requireStable: false })
      return answer.groups[0]?.topics[0]?.partitions.map(({ committedOffset }) => committedOffset) ?? []
    },
  }
}

test.skipIf(missing !== undefined)('librdkafka: two members share what was added, and read it', async () => {
  const on = await Peer.open(broker().port)
  const topic = await makeTopic(on, 'shared', { partitions: BEFORE.length })
  const join = (): Running => start(script.python('member.py', broker().bootstrap, 'sharing', topic.name))
  const members = [join(), join()]
  try {
    await shared(members, BEFORE)
    await grow(on, topic)
    await shared(members, ALL)
    for (const index of ALL) await write(on, topic, [{ value: 'read' }], {}, index)
    await eventually('every partition was read', () => {
      const read = new Set(members.flatMap(({ lines }) => lines.filter((line) => line.startsWith('record '))))
      return read.size === ALL.length ? true : undefined
    })
  } finally {
    await Promise.all(members.map((member) => member.kill()))
  }
  on.close()
})

const shared = (members: readonly Running[], partitions: readonly number[]): Promise<true> =>
  eventually(`${members.length} members share ${partitions.length} partitions`, () => {
    const assigned = members.map(({ lines }) => lines.findLast((line) => line.startsWith('assigned '))?.slice(9) ?? '')
    const each = assigned.map((list) => list.split(',').filter((text) => text !== ''))
    const complete = each.flat().map(Number).toSorted().join() === partitions.join()
    if (complete && each.every(({ length }) => length === partitions.length / members.length)) return true
    throw new Error(assigned.join(' | '))
  })
