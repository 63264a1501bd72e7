import { expect, it } from 'vitest'
import type { RecordsBatch } from '@platformatic/kafka'
import type { Client } from './client.ts'
import { type GroupConsumer, type Reading, readPartitions } from './records.ts'

const TOPIC_ID = Buffer.alloc(16, 1).toString('base64url')
const UUID = '01010101-0101-0101-0101-010101010101'

type Answer = Awaited<ReturnType<GroupConsumer['fetch']>>
type Asked = Parameters<GroupConsumer['fetch']>[0]

/** A topic with a partition on each of two brokers. */
const client = {
  retrying: <T>(attempt: () => Promise<T>) => attempt(),
  ask: () =>
    Promise.resolve({
      topics: [
        {
          errorCode: 0,
          name: 'two',
          topicId: TOPIC_ID,
          isInternal: false,
          partitions: [0, 1].map((partitionIndex) => ({
            partitionIndex,
            leaderId: partitionIndex,
            leaderEpoch: 0,
            replicaNodes: [],
            isrNodes: [],
            offlineReplicas: [],
          })),
        },
      ],
    }),
} as unknown as Client

const answer = (partitionIndex: number, firstOffset: bigint, count: number): Answer => {
  const batch = {
    firstOffset,
    lastOffsetDelta: count - 1,
    attributes: 0,
    firstTimestamp: 0n,
    maxTimestamp: 0n,
    partitionLeaderEpoch: 0,
    records: Array.from({ length: count }, (_, offsetDelta) => ({ offsetDelta, timestampDelta: 0n, headers: [] })),
  } as unknown as RecordsBatch
  return { responses: [{ topicId: UUID, partitions: [{ partitionIndex, records: [batch] }] }] } as unknown as Answer
}

const lost = (): Error => Object.assign(new Error('moved'), { apiId: 'NOT_LEADER_OR_FOLLOWER' })

it('no record is passed over, or shown twice, when the leader of another partition is lost', async () => {
  let fail: (error: Error) => void = () => undefined
  let failures = 0
  const consumer = {
    fetch: ({ node, topics }: Asked): Promise<Answer> => {
      const from = topics[0]?.partitions[0]?.fetchOffset ?? 0n
      if (node === 0) return Promise.resolve(answer(0, from, Number(4n - from)))
      if (failures > 0) return Promise.resolve(answer(1, 0n, 1))
      failures += 1
      return new Promise((_, reject) => (fail = reject))
    },
  } as unknown as GroupConsumer
  const readings: Reading[] = [0, 1].map((partition) => ({
    topic: 'two',
    partition,
    next: 0n,
    stop: partition === 0 ? 4n : 1n,
  }))
  const taken: string[] = []
  await readPartitions(client, consumer, readings, new AbortController().signal, async ({ partition, offset }) => {
    taken.push(`${partition}/${offset}`)
    if (taken.length === 1) fail(lost())
    await new Promise((resolve) => setImmediate(resolve))
    return true
  })
  expect(taken.toSorted()).toEqual(['0/0', '0/1', '0/2', '0/3', '1/0'])
})
