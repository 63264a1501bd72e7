// A topic is deleted and made again under its name: the old id means nothing any more, and nothing of the old topic shows in the new one.
import { fetch } from 'millrace/messages/01-fetch.js'
import { listOffsets } from 'millrace/messages/02-list-offsets.js'
import { metadata } from 'millrace/messages/03-metadata.js'
import { offsetCommit } from 'millrace/messages/08-offset-commit.js'
import { findCoordinator } from 'millrace/messages/10-find-coordinator.js'
import { offsetFetch } from 'millrace/messages/09-offset-fetch.js'
import { deleteTopics } from 'millrace/messages/20-delete-topics.js'
import { produce } from 'millrace/messages/00-produce.js'
import { errorName } from 'millrace/wire/errors.js'
import { expect, test } from 'vitest'
import { batch } from '../../harness/batch.ts'
import { eventually } from '../../harness/eventually.ts'
import { fileBroker } from '../../harness/file-broker.ts'
import { Peer } from '../../harness/peer.ts'
import { fetchRequest, newProducer, produceTo, type TopicRef, write } from '../scenarios/requests.ts'
import { dropTopic, expectNothingLeft, fetchCode, makeTopic, quickRemoval, readAll } from './topics.ts'

const broker = fileBroker({ overrides: quickRemoval })
const GROUP = 'readers'

const produceCode = async (on: Peer, version: number, topic: TopicRef): Promise<string> => {
  const { responses } = await on.call(produce, version, produceTo(topic, batch([{ value: 'late' }])))
  return errorName(responses[0]?.partitionResponses[0]?.errorCode ?? -1)
}

const commitCode = async (on: Peer, { id }: TopicRef): Promise<string> => {
  const partitions = [{ partitionIndex: 0, committedOffset: 2, committedMetadata: null }]
  const topics = [{ topicId: id, partitions }]
  const request = { groupId: GROUP, generationIdOrMemberEpoch: -1, memberId: '', topics }
  // Kafka makes the topic of the offsets when somebody asks for the coordinator.
  await on.call(findCoordinator, 1, { key: GROUP, keyType: 0 })
  return eventually('the coordinator is there', async () => {
    const answer = await on.call(offsetCommit, 10, request)
    const code = errorName(answer.topics[0]?.partitions[0]?.errorCode ?? -1)
    return ['NOT_COORDINATOR', 'COORDINATOR_LOAD_IN_PROGRESS', 'COORDINATOR_NOT_AVAILABLE'].includes(code)
      ? undefined
      : code
  })
}

/** The code and the offset, by id. */
const committed = async (on: Peer, { id }: TopicRef): Promise<readonly [string, number]> => {
  const topics = [{ topicId: id, partitionIndexes: [0] }]
  const groups = [{ groupId: GROUP, memberId: null, memberEpoch: -1, topics }]
  const answer = await on.call(offsetFetch, 10, { groups, requireStable: false })
  const partition = answer.groups[0]?.topics[0]?.partitions[0]
  return [errorName(partition?.errorCode ?? -1), partition?.committedOffset ?? -2]
}

const listedOffset = async (on: Peer, { name }: TopicRef, timestamp: number): Promise<number> => {
  const partitions = [{ partitionIndex: 0, timestamp }]
  const answer = await on.call(listOffsets, 7, { replicaId: -1, topics: [{ name, partitions }] })
  return answer.topics[0]?.partitions[0]?.offset ?? -2
}

test('what knows the old topic by its id is told that there is none', async () => {
  const on = await Peer.open(broker().port)
  const old = await makeTopic(on, 'again')
  for (const value of ['a', 'b', 'c']) await write(on, old, [{ value: `old ${value}` }])
  expect(await commitCode(on, old)).toBe('NONE')
  expect(await committed(on, old)).toEqual(['NONE', 2])
  await dropTopic(on, old)
  const next = await makeTopic(on, 'again')
  expect(next.id).not.toBe(old.id)

  for (const version of [13, 15, 18]) expect(await fetchCode(on, version, old)).toBe('UNKNOWN_TOPIC_ID')
  expect(await produceCode(on, 13, old)).toBe('UNKNOWN_TOPIC_ID')
  expect(await commitCode(on, old)).toBe('UNKNOWN_TOPIC_ID')
  expect(await committed(on, old)).toEqual(['UNKNOWN_TOPIC_ID', -1])
  const described = await on.call(metadata, 12, { topics: [{ topicId: old.id, name: null }] })
  expect(errorName(described.topics[0]?.errorCode ?? -1)).toBe('UNKNOWN_TOPIC_ID')
  const again = await on.call(deleteTopics, 6, { topics: [{ name: null, topicId: old.id }], timeoutMs: 5000 })
  expect(errorName(again.responses[0]?.errorCode ?? -1)).toBe('UNKNOWN_TOPIC_ID')

  // The new topic begins at nothing, for readers by name as well: no record, no offset, no committed position.
  expect(await readAll(on, next)).toEqual([])
  expect([await listedOffset(on, next, -2), await listedOffset(on, next, -1)]).toEqual([0, 0])
  expect(await fetchCode(on, 12, next, 3)).toBe('OFFSET_OUT_OF_RANGE')
  expect(await committed(on, next)).toEqual(['NONE', -1])
  expect(await write(on, next, [{ value: 'new' }])).toBe(0)
  expect((await readAll(on, next)).map(({ value }) => value.toString())).toEqual(['new'])
  await dropTopic(on, next)
  await expectNothingLeft(broker(), 'again')
  on.close()
})

test('a session that holds the old id says so for it alone, and goes on for the new one', async () => {
  const on = await Peer.open(broker().port)
  const other = await makeTopic(on, 'other')
  const old = await makeTopic(on, 'held')
  await write(on, old, [{ value: 'old' }])
  const both = [old, other].map((topic) => ({ topic, partitions: [{ fetchOffset: 0 }] }))
  const opened = await on.call(fetch, 17, fetchRequest(both, { sessionEpoch: 0 }))
  expect(opened.sessionId).not.toBe(0)
  await dropTopic(on, old)
  const next = await makeTopic(on, 'held')
  await write(on, next, [{ value: 'new' }])
  await write(on, other, [{ value: 'other' }])

  const ask = async (sessionEpoch: number, asked: Parameters<typeof fetchRequest>[0] = []) => {
    const answer = await on.call(fetch, 17, fetchRequest(asked, { sessionId: opened.sessionId, sessionEpoch }))
    expect(errorName(answer.errorCode)).toBe('NONE')
    return new Map(
      answer.responses.flatMap(({ topicId, partitions }) =>
        partitions.map((each) => [topicId as string, each] as const),
      ),
    )
  }
  const first = await ask(1)
  expect(errorName(first.get(old.id)?.errorCode ?? 0)).toBe('INCONSISTENT_TOPIC_ID')
  expect(first.get(other.id)?.errorCode).toBe(0)
  expect(first.get(other.id)?.records?.length).toBeGreaterThan(0)
  expect(first.has(next.id)).toBe(false)

  const second = await ask(2, [
    { topic: next, partitions: [{ fetchOffset: 0 }] },
    { topic: other, partitions: [{ fetchOffset: 1 }] },
  ])
  expect(second.get(next.id)?.errorCode).toBe(0)
  expect(second.get(next.id)?.records?.includes('new')).toBe(true)
  // The old id stays wrong for as long as the client does not forget it.
  expect(errorName(second.get(old.id)?.errorCode ?? 0)).toBe('INCONSISTENT_TOPIC_ID')
  on.close()
})

test('an idempotent producer goes on with the number it was at', async () => {
  const on = await Peer.open(broker().port)
  const producerId = await newProducer(on)
  const old = await makeTopic(on, 'numbered')
  const send = (topic: TopicRef, baseSequence: number) =>
    write(on, topic, [{ value: `${baseSequence}` }], { producerId, producerEpoch: 0, baseSequence })
  for (const sequence of [0, 1, 2]) expect(await send(old, sequence)).toBe(sequence)
  await dropTopic(on, old)
  const next = await makeTopic(on, 'numbered')
  expect(await send(next, 3)).toBe(0)
  expect(await send(next, 4)).toBe(1)
  expect(await send(next, 3), 'a duplicate').toBe(0)
  const gap = batch([{ value: '9' }], { producerId, producerEpoch: 0, baseSequence: 9 })
  const { responses } = await on.call(produce, 13, produceTo(next, gap))
  expect(errorName(responses[0]?.partitionResponses[0]?.errorCode ?? -1)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
  expect((await readAll(on, next)).map(({ value }) => value.toString())).toEqual(['3', '4'])
  on.close()
})
