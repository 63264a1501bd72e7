// A topic that is created and served, whatever the broker needs in between.
import type { Uuid } from 'millrace/base/ids.js'
import { listOffsets } from 'millrace/messages/02-list-offsets.js'
import { metadata } from 'millrace/messages/03-metadata.js'
import { createTopics } from 'millrace/messages/19-create-topics.js'
import { expect } from 'vitest'
import { eventually } from './eventually.ts'
import type { Peer } from './peer.ts'

export interface TopicOptions {
  readonly partitions?: number
  readonly configs?: Readonly<Record<string, string>>
}

export const readyTopic = async (
  on: Peer,
  name: string,
  { partitions = 1, configs = {} }: TopicOptions = {},
): Promise<Uuid> => {
  const entries = Object.entries(configs).map(([key, value]) => ({ name: key, value }))
  const request = { name, numPartitions: partitions, replicationFactor: 1, assignments: [], configs: entries }
  const answer = await on.call(createTopics, 7, { topics: [request], timeoutMs: 10_000 })
  const [created] = answer.topics
  expect(created?.errorCode).toBe(0)
  return eventually(`every partition of ${name} is served`, async () => {
    const { topics } = await on.call(metadata, 12, { topics: [{ name }], allowAutoTopicCreation: false })
    const indexes = Array.from({ length: partitions }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1 }))
    // Kafka lists a partition a moment before it serves it.
    const served = await on.call(listOffsets, 1, { replicaId: -1, topics: [{ name, partitions: indexes }] })
    const ready = served.topics[0]?.partitions.every((partition) => partition.errorCode === 0) ?? false
    // An older topic of this name may still be listed.
    return ready && topics[0]?.topicId === created?.topicId ? created?.topicId : undefined
  })
}
