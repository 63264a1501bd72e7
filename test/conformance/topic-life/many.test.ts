// A thousand topics made by one request, served, described and deleted, each by one request.
import { produce } from 'millrace/messages/00-produce.js'
import { fetch } from 'millrace/messages/01-fetch.js'
import { listOffsets } from 'millrace/messages/02-list-offsets.js'
import { metadata } from 'millrace/messages/03-metadata.js'
import { createTopics } from 'millrace/messages/19-create-topics.js'
import { deleteTopics } from 'millrace/messages/20-delete-topics.js'
import { describeConfigs } from 'millrace/messages/32-describe-configs.js'
import { ZERO_TOPIC_ID } from 'millrace/base/ids.js'
import { expect, test } from 'vitest'
import { batch } from '../../harness/batch.ts'
import { eventually } from '../../harness/eventually.ts'
import { fileBroker } from '../../harness/file-broker.ts'
import { Peer } from '../../harness/peer.ts'
import { fetchRequest, type TopicRef } from '../scenarios/requests.ts'
import { recordsOf } from './records.ts'
import { expectNothingLeft, isFull, quickRemoval } from './topics.ts'

const broker = fileBroker({ overrides: quickRemoval })
const COUNT = 1000
const PARTITIONS = isFull ? 5 : 1
const TOPICS_A_WRITE = 100
const TOPIC = 2

const timed = async <T>(what: string, act: () => Promise<T>): Promise<T> => {
  const start = performance.now()
  const result = await act()
  const took = performance.now() - start
  process.stderr.write(`${broker().target}: ${what} ${COUNT} topics of ${PARTITIONS}: ${took.toFixed(0)} ms\n`)
  return result
}

test('a thousand topics at once', async () => {
  const on = await Peer.open(broker().port)
  const names = Array.from({ length: COUNT }, (_, index) => `many-${index}`)
  const topics = names.map((name) => ({
    name,
    numPartitions: PARTITIONS,
    replicationFactor: 1,
    assignments: [],
    configs: [{ name: 'retention.ms', value: '3600000' }],
  }))
  const created = await timed('create', () => on.call(createTopics, 7, { topics, timeoutMs: 30_000 }))
  expect(created.topics.filter(({ errorCode }) => errorCode !== 0)).toEqual([])
  const refs: readonly TopicRef[] = created.topics.map(({ name, topicId }) => ({ name, id: topicId }))
  expect(new Set(refs.map(({ id }) => id)).size).toBe(COUNT)

  const indexes = Array.from({ length: PARTITIONS }, (_, index) => index)
  await eventually('all are served', async () => {
    const asked = names.map((name) => ({
      name,
      partitions: indexes.map((partitionIndex) => ({ partitionIndex, timestamp: -1 })),
    }))
    const answer = await on.call(listOffsets, 7, { replicaId: -1, topics: asked })
    const found = answer.topics.flatMap(({ partitions }) => partitions)
    return found.length === COUNT * PARTITIONS && found.every(({ offset }) => offset === 0) ? true : undefined
  })
  const listed = await on.call(metadata, 12, { topics: names.map((name) => ({ name })) })
  expect(listed.topics.map(({ name, topicId }) => `${name} ${topicId}`).toSorted()).toEqual(
    refs.map(({ name, id }) => `${name} ${id}`).toSorted(),
  )

  const resources = names.map((resourceName) => ({
    resourceType: TOPIC,
    resourceName,
    configurationKeys: ['retention.ms'],
  }))
  const described = await timed('describe', () => on.call(describeConfigs, 4, { resources }))
  expect(described.results.map(({ configs }) => configs[0]?.value)).toEqual(names.map(() => '3600000'))

  await timed('write to', async () => {
    for (let at = 0; at < COUNT; at += TOPICS_A_WRITE) {
      const topicData = refs.slice(at, at + TOPICS_A_WRITE).map(({ name, id }) => ({
        name,
        topicId: id,
        partitionData: indexes.map((index) => ({ index, records: batch([{ value: `${name} ${index}` }]) })),
      }))
      const sent = { transactionalId: null, acks: -1, timeoutMs: 30_000, topicData }
      const { responses } = await on.call(produce, 13, sent)
      const answers = responses.flatMap(({ partitionResponses }) => partitionResponses)
      expect(answers).toHaveLength(topicData.length * PARTITIONS)
      expect(answers.filter(({ errorCode, baseOffset }) => errorCode !== 0 || baseOffset !== 0)).toEqual([])
    }
  })

  const partitions = indexes.map((partition) => ({ partition }))
  const fetched = await timed('read', () =>
    on.call(
      fetch,
      13,
      fetchRequest(
        refs.map((topic) => ({ topic, partitions })),
        { maxBytes: 50 << 20 },
      ),
    ),
  )
  const values = fetched.responses
    .flatMap((topic) => topic.partitions)
    .flatMap(({ records }) => recordsOf(records ?? Buffer.alloc(0)).map(({ value }) => value.toString()))
  expect(values.toSorted()).toEqual(names.flatMap((name) => indexes.map((index) => `${name} ${index}`)).toSorted())

  const gone = names.map((name) => ({ name, topicId: ZERO_TOPIC_ID }))
  const deleted = await timed('delete', () => on.call(deleteTopics, 6, { topics: gone, timeoutMs: 30_000 }))
  expect(deleted.responses.filter(({ errorCode }) => errorCode !== 0)).toEqual([])
  await expectNothingLeft(broker(), 'many')
  const left = await on.call(metadata, 12, { topics: null })
  expect(left.topics.filter(({ name }) => name?.startsWith('many-'))).toEqual([])
  on.close()
})
