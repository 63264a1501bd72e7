// Requests in the form that every version takes: a version leaves out what it does not know.
import type { Uuid } from 'millrace/base/ids.js'
import { produce } from 'millrace/messages/00-produce.js'
import { initProducerId } from 'millrace/messages/22-init-producer-id.js'
import { errorName } from 'millrace/wire/errors.js'
import { expect } from 'vitest'
import { batch, type BatchFields, type TestRecord } from '../../harness/batch.ts'
import { eventually } from '../../harness/eventually.ts'
import type { Peer } from '../../harness/peer.ts'

export interface TopicRef {
  readonly name: string
  readonly id: Uuid
}

export interface FetchPartition {
  readonly partition?: number
  readonly fetchOffset?: number
  readonly currentLeaderEpoch?: number
  readonly lastFetchedEpoch?: number
  readonly partitionMaxBytes?: number
}

export interface FetchOptions {
  readonly maxWaitMs?: number
  readonly minBytes?: number
  readonly maxBytes?: number
  readonly isolationLevel?: number
  readonly sessionId?: number
  readonly sessionEpoch?: number
  readonly forget?: readonly { readonly topic: TopicRef; readonly partitions: readonly number[] }[]
}

/** Topics by name or by id, as the version wants it. */
export const fetchRequest = (
  asked: readonly { readonly topic: TopicRef; readonly partitions: readonly FetchPartition[] }[],
  { maxWaitMs = 0, minBytes = 1, forget = [], ...rest }: FetchOptions = {},
) => ({
  maxWaitMs,
  minBytes,
  ...rest,
  topics: asked.map(({ topic, partitions }) => ({
    topic: topic.name,
    topicId: topic.id,
    partitions: partitions.map((each) => ({
      partition: 0,
      fetchOffset: 0,
      partitionMaxBytes: 1 << 20,
      ...each,
    })),
  })),
  forgottenTopicsData: forget.map(({ topic, partitions }) => ({ topic: topic.name, topicId: topic.id, partitions })),
})

export const fetchFrom = (topic: TopicRef, partition: FetchPartition = {}, options: FetchOptions = {}) =>
  fetchRequest([{ topic, partitions: [partition] }], options)

export const produceTo = (
  topic: TopicRef,
  records: Buffer | null,
  { acks = -1, index = 0, transactionalId = null as string | null } = {},
) => ({
  transactionalId,
  acks,
  timeoutMs: 5000,
  topicData: [{ name: topic.name, topicId: topic.id, partitionData: [{ index, records }] }],
})

/** Writes one batch that must be taken; answers its base offset. */
export const write = async (
  on: Peer,
  topic: TopicRef,
  records: readonly TestRecord[],
  fields: BatchFields = {},
  index = 0,
): Promise<number> => {
  const { responses } = await on.call(produce, 13, produceTo(topic, batch(records, fields), { index }))
  const answer = responses[0]?.partitionResponses[0]
  expect(errorName(answer?.errorCode ?? -1)).toBe('NONE')
  return answer?.baseOffset ?? -1
}

/** For lists that Kafka makes from hash maps. */
export const byName = (left: { readonly name: string | null }, right: { readonly name: string | null }): number =>
  String(left.name).localeCompare(String(right.name))

/** An id that no topic has. */
export const UNKNOWN_ID = 'AAAAAAAAAAAAAAAAAAAAew' as Uuid

/** A new idempotent producer; asked again while the broker is still about to start. */
export const newProducer = (on: Peer): Promise<number> =>
  eventually('an id for a producer', async () => {
    const answer = await on.call(initProducerId, 5, { transactionalId: null, transactionTimeoutMs: 1000 })
    return answer.errorCode === 0 ? answer.producerId : undefined
  })
