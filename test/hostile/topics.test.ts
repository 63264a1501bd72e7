// Rows 16-23 and 56 of the bad inputs: topics, their configurations and their records' start.
import { metadata } from 'millrace/messages/03-metadata.js'
import { createTopics } from 'millrace/messages/19-create-topics.js'
import { deleteRecords } from 'millrace/messages/21-delete-records.js'
import { incrementalAlterConfigs } from 'millrace/messages/44-incremental-alter-configs.js'
import { errorCode } from 'millrace/wire/errors.js'
import { expect, test } from 'vitest'
import { headed, type Peer } from '../harness/peer.ts'
import { type WantedTopic, wantedTopics } from '../harness/wanted-topics.ts'
import { subject } from './subject.ts'

const { peer, topic } = subject()

const create = async (on: Peer, ...wanted: readonly WantedTopic[]): Promise<ReadonlyMap<string, number>> => {
  const answer = await on.call(createTopics, 5, { topics: wantedTopics(wanted), timeoutMs: 10_000 })
  return new Map(answer.topics.map((one) => [one.name, one.errorCode]))
}

const INVALID_TOPIC = errorCode('INVALID_TOPIC_EXCEPTION')

test('row 16: a topic name of invalid UTF-8 is an invalid topic', async () => {
  const sender = await peer()
  const name = Buffer.from([0, 3, 0xff, 0xfe, 0x61])
  sender.frame(headed(3, 1, Buffer.concat([Buffer.from([0, 0, 0, 1]), name])))
  const outcome = await sender.outcome()
  if (outcome.kind !== 'answer') throw new Error(`${outcome.kind} instead of an answer`)
  expect(outcome.frame.includes(Buffer.from([0, INVALID_TOPIC]))).toBe(true)
})

test.each(['../../etc/x', 'a/b', '.', '..', '', 'x'.repeat(250), 'a\u0000b', 'a b'])(
  'row 17: %j is no name for a topic',
  async (name) => {
    const sender = await peer()
    expect((await create(sender, { name })).get(name)).toBe(INVALID_TOPIC)
    const { topics } = await sender.call(metadata, 5, { topics: [{ name }], allowAutoTopicCreation: true })
    expect(topics[0]?.errorCode).toBe(INVALID_TOPIC)
  },
)

test('row 18: names that differ only in . and _ collide', async () => {
  const sender = await peer()
  expect((await create(sender, { name: 'collides.here' })).get('collides.here')).toBe(0)
  expect((await create(sender, { name: 'collides_here' })).get('collides_here')).toBe(INVALID_TOPIC)
})

test.each([0, -2])('row 19: %i partitions are refused', async (numPartitions) => {
  const codes = await create(await peer(), { name: 'badly-sized', numPartitions })
  expect(codes.get('badly-sized')).toBe(errorCode('INVALID_PARTITIONS'))
})

test('row 19: a billion partitions are refused at once', async () => {
  const codes = await create(await peer(), { name: 'enormous', numPartitions: 1_000_000_000 })
  expect([errorCode('INVALID_PARTITIONS'), errorCode('POLICY_VIOLATION')]).toContain(codes.get('enormous'))
})

test.each([0, 2, -3])('row 20: a replication factor of %i is refused', async (replicationFactor) => {
  const codes = await create(await peer(), { name: 'badly-replicated', replicationFactor })
  expect(codes.get('badly-replicated')).toBe(errorCode('INVALID_REPLICATION_FACTOR'))
})

test.each([{ brokerIds: [1, 1] }, { brokerIds: [4711] }])(
  'row 21: replicas $brokerIds are refused',
  async ({ brokerIds }) => {
    const assignments = [{ partitionIndex: 0, brokerIds }]
    const codes = await create(await peer(), {
      name: 'assigned',
      numPartitions: -1,
      replicationFactor: -1,
      assignments,
    })
    expect(codes.get('assigned')).toBe(errorCode('INVALID_REPLICA_ASSIGNMENT'))
  },
)

test('row 22: a topic named twice is refused, the others are made', async () => {
  const codes = await create(await peer(), { name: 'twice' }, { name: 'twice' }, { name: 'once' })
  expect(codes).toEqual(
    new Map([
      ['twice', errorCode('INVALID_REQUEST')],
      ['once', 0],
    ]),
  )
})

test.each([
  ['retention.ms', 'abc'],
  ['no.such.key', '1'],
  ['cleanup.policy', 'burn'],
  ['segment.bytes', '-5'],
])('row 23: the configuration %s=%s is refused', async (name, value) => {
  const sender = await peer()
  const codes = await create(sender, { name: 'badly-configured', configs: [{ name, value }] })
  expect(codes.get('badly-configured')).toBe(errorCode('INVALID_CONFIG'))
  const existing = await topic()
  const { responses } = await sender.call(incrementalAlterConfigs, 1, {
    resources: [{ resourceType: 2, resourceName: existing, configs: [{ name, configOperation: 0, value }] }],
    validateOnly: false,
  })
  expect(responses[0]?.errorCode).toBe(errorCode('INVALID_CONFIG'))
})

test.each([5, -2])(
  'row 56: deleting records before offset %i of an empty partition is out of range',
  async (offset) => {
    const name = await topic()
    const { topics } = await (
      await peer()
    ).call(deleteRecords, 2, {
      topics: [{ name, partitions: [{ partitionIndex: 0, offset }] }],
      timeoutMs: 5000,
    })
    expect(topics[0]?.partitions[0]?.errorCode).toBe(errorCode('OFFSET_OUT_OF_RANGE'))
  },
)
