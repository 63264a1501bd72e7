// What a scenario asks of the broker itself, at wire level: whatever the client under test says is checked against it.
import { produce } from 'millrace/messages/00-produce.js'
import { fetch } from 'millrace/messages/01-fetch.js'
import { listOffsets } from 'millrace/messages/02-list-offsets.js'
import { metadata } from 'millrace/messages/03-metadata.js'
import { offsetCommit } from 'millrace/messages/08-offset-commit.js'
import { offsetFetch } from 'millrace/messages/09-offset-fetch.js'
import { heartbeat } from 'millrace/messages/12-heartbeat.js'
import { describeGroups } from 'millrace/messages/15-describe-groups.js'
import { describeConfigs } from 'millrace/messages/32-describe-configs.js'
import { expect } from 'vitest'
import { batch } from '../../harness/batch.ts'
import { eventually } from '../../harness/eventually.ts'
import type { Peer } from '../../harness/peer.ts'
import type { Codec } from './driver.ts'

const EARLIEST = -2
const TOPIC_RESOURCE = 2
const codecs: readonly Codec[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
/** More rebalances than a scenario makes. */
const GENERATIONS_MAX = 50

export interface Batch {
  readonly codec: Codec | undefined
  readonly records: number
  readonly producerId: bigint
}

export const startOffset = async (peer: Peer, name: string): Promise<number | undefined> => {
  const partitions = [{ partitionIndex: 0, timestamp: EARLIEST }]
  const { topics } = await peer.call(listOffsets, 1, { replicaId: -1, topics: [{ name, partitions }] })
  return topics[0]?.partitions[0]?.offset
}

/** undefined when there is no such topic. */
export const partitionCount = async (peer: Peer, name: string): Promise<number | undefined> => {
  const { topics } = await peer.call(metadata, 12, { topics: [{ name }], allowAutoTopicCreation: false })
  return topics[0]?.errorCode === 0 ? topics[0].partitions.length : undefined
}

export const topicConfig = async (peer: Peer, topic: string, key: string): Promise<string | null | undefined> => {
  const resource = { resourceType: TOPIC_RESOURCE, resourceName: topic, configurationKeys: [key] }
  const { results } = await peer.call(describeConfigs, 4, { resources: [resource] })
  return results[0]?.configs[0]?.value
}

/** One batch, without compression. */
export const append = async (peer: Peer, topic: string, partition: number, texts: readonly string[], time?: number) => {
  const fields = time === undefined ? {} : { baseTimestamp: time }
  const records = batch(
    texts.map((value) => ({ value })),
    fields,
  )
  const request = {
    acks: -1,
    timeoutMs: 10_000,
    topicData: [{ name: topic, partitionData: [{ index: partition, records }] }],
  }
  const { responses } = await peer.call(produce, 9, request)
  expect(responses[0]?.partitionResponses[0]?.errorCode).toBe(0)
}

/** The headers of the batches in a partition. */
export const batches = async (peer: Peer, topic: string, partition = 0): Promise<readonly Batch[]> => {
  const from = { partition, fetchOffset: 0, partitionMaxBytes: 1 << 24 }
  const asked = { maxWaitMs: 0, minBytes: 0, topics: [{ topic, partitions: [from] }] }
  const { responses } = await peer.call(fetch, 12, asked)
  const bytes = responses[0]?.partitions[0]?.records ?? Buffer.alloc(0)
  const found: Batch[] = []
  for (let at = 0; at + 61 <= bytes.length; at += 12 + bytes.readInt32BE(at + 8)) {
    const codec = codecs[bytes.readInt16BE(at + 21) & 7]
    found.push({ codec, records: bytes.readInt32BE(at + 57), producerId: bytes.readBigInt64BE(at + 43) })
  }
  return found
}

/** Commits as no member of the group, which must be empty or new. */
export const commitOffsets = async (peer: Peer, groupId: string, topic: string, offsets: readonly number[]) => {
  const partitions = offsets.map((committedOffset, partitionIndex) => ({
    partitionIndex,
    committedOffset,
    committedMetadata: null,
  }))
  await eventually(`${groupId} has offsets`, async () => {
    const answer = await peer.call(offsetCommit, 7, { groupId, memberId: '', topics: [{ name: topic, partitions }] })
    return answer.topics[0]?.partitions.every(({ errorCode }) => errorCode === 0) === true ? true : undefined
  })
}

export const committedOffset = async (peer: Peer, groupId: string, topic: string, partition = 0) => {
  const asked = { groupId, topics: [{ name: topic, partitionIndexes: [partition] }] }
  const { topics } = await peer.call(offsetFetch, 7, asked)
  return topics[0]?.partitions[0]?.committedOffset
}

export const groupOf = async (peer: Peer, group: string) => {
  const { groups } = await peer.call(describeGroups, 5, { groups: [group] })
  if (groups[0] === undefined) throw new Error(`no answer for ${group}`)
  return groups[0]
}

/** The only generation at which the group takes a heartbeat: it grows with every rebalance. */
export const generation = async (peer: Peer, groupId: string): Promise<number> => {
  const { members } = await groupOf(peer, groupId)
  const { memberId = '', groupInstanceId = null } = members[0] ?? {}
  for (let generationId = 1; generationId <= GENERATIONS_MAX; generationId++) {
    const { errorCode } = await peer.call(heartbeat, 4, { groupId, generationId, memberId, groupInstanceId })
    if (errorCode === 0) return generationId
  }
  throw new Error(`${groupId} takes no heartbeat of ${memberId}`)
}
