// For tests of what reads records: a cluster with one topic, and answers as its brokers give them.
import type { Client } from './client.ts'
import type { GroupConsumer } from './records.ts'

const TOPIC_ID = Buffer.alloc(16, 1).toString('base64url')
const UUID = '01010101-0101-0101-0101-010101010101'

export type Answer = Awaited<ReturnType<GroupConsumer['fetch']>>
export type Asked = Parameters<GroupConsumer['fetch']>[0]

/** A topic with a partition for each of these leaders. */
export const clusterWith = (topic: string, leaders: readonly number[]): Client =>
  ({
    retrying: <T>(attempt: () => Promise<T>) => attempt(),
    ask: () =>
      Promise.resolve({
        topics: [
          {
            errorCode: 0,
            name: topic,
            topicId: TOPIC_ID,
            isInternal: false,
            partitions: leaders.map((leaderId, partitionIndex) => ({
              errorCode: 0,
              partitionIndex,
              leaderId,
              leaderEpoch: 0,
              replicaNodes: [],
              isrNodes: [],
              offlineReplicas: [],
            })),
          },
        ],
      }),
  }) as unknown as Client

export interface FetchedBatch {
  readonly firstOffset: bigint
  readonly time: bigint
  /** Those of a record, for each that it has. */
  readonly lengths: readonly number[]
}

export const answerOf = (partitionIndex: number, batches: readonly FetchedBatch[]): Answer => {
  const records = batches.map(({ firstOffset, time, lengths }) => ({
    firstOffset,
    lastOffsetDelta: lengths.length - 1,
    attributes: 0,
    firstTimestamp: time,
    maxTimestamp: time,
    partitionLeaderEpoch: 0,
    records: lengths.map((length, offsetDelta) => ({
      offsetDelta,
      timestampDelta: 0n,
      headers: [],
      key: null,
      value: null,
      length,
    })),
  }))
  return { responses: [{ topicId: UUID, partitions: [{ partitionIndex, records }] }] } as unknown as Answer
}
