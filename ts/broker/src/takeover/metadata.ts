/** What Kafka's metadata says of topics, configs and producer ids; what else it says is counted. */
import { BrokerError } from '../base/errors.ts'
import type { TopicId } from '../base/ids.ts'
import { type ConfigResourceType } from '../cluster/image.ts'
import { metadataRecords } from '../messages/internal/cluster-metadata.ts'
import { readMessage } from '../wire/codec.ts'
import type { AnyStruct, Infer, Message } from '../wire/schema.ts'
import type { MetadataFrame } from './metadata-log.ts'
import { unfit } from './unfit.ts'

export interface KafkaPartition {
  readonly replicas: readonly number[]
  readonly leaderEpoch: number
}

export interface KafkaTopic {
  readonly id: TopicId
  readonly name: string
  readonly configs: ReadonlyMap<string, string>
  readonly partitions: ReadonlyMap<number, KafkaPartition>
}

export interface KafkaConfigs {
  readonly type: ConfigResourceType
  readonly name: string
  readonly configs: ReadonlyMap<string, string>
}

export interface KafkaMetadata {
  readonly topics: readonly KafkaTopic[]
  /** Of brokers, groups and subscriptions to metrics. */
  readonly configs: readonly KafkaConfigs[]
  readonly nextProducerId: number
  /** How many records of each sort have no meaning here. */
  readonly leftOut: ReadonlyMap<string, number>
}

interface DraftTopic {
  readonly id: TopicId
  readonly name: string
  readonly partitions: Map<number, KafkaPartition>
}

/** Which brokers and controllers there were, and which features they agreed on, says nothing about the data. */
const OF_NO_IMPORT: ReadonlySet<number> = new Set([0, 1, 7, 8, 17, 20, 21, 27, 28])

const LEFT_OUT: Readonly<Record<number, string>> = {
  10: 'delegation tokens',
  26: 'delegation tokens',
  11: 'SCRAM credentials',
  22: 'SCRAM credentials',
  14: 'quotas',
  18: 'access rules',
  19: 'access rules',
}

const TOPIC_CONFIGS = 2
const RESOURCE_TYPES: Readonly<Record<number, ConfigResourceType>> = { 4: 'broker', 16: 'client-metrics', 32: 'group' }

/** Applies the records in order. Throws what a newer Kafka wrote in a form that is not known here. */
export const readMetadata = (frames: readonly MetadataFrame[]): KafkaMetadata => {
  const topics = new Map<TopicId, DraftTopic>()
  const configs = new Map<string, { type: number; name: string; configs: Map<string, string> }>()
  const leftOut = new Map<string, number>()
  let nextProducerId = 0

  const setConfig = ({ resourceType, resourceName, name, value }: Infer<(typeof metadataRecords)[4]['body']>): void => {
    const key = `${resourceType}/${resourceName}`
    const found = configs.get(key) ?? { type: resourceType, name: resourceName, configs: new Map<string, string>() }
    configs.set(key, found)
    if (value === null) found.configs.delete(name)
    else found.configs.set(name, value)
  }

  const apply = (frame: MetadataFrame): void => {
    switch (frame.kind) {
      case 2: {
        const { name, topicId } = fieldsOf(metadataRecords[2], frame)
        topics.set(topicId, { id: topicId, name, partitions: new Map() })
        return
      }
      case 3: {
        const { topicId, partitionId, replicas, leaderEpoch } = fieldsOf(metadataRecords[3], frame)
        topics.get(topicId)?.partitions.set(partitionId, { replicas, leaderEpoch })
        return
      }
      case 4:
        return setConfig(fieldsOf(metadataRecords[4], frame))
      case 5: {
        const { topicId, partitionId, replicas, leader } = fieldsOf(metadataRecords[5], frame)
        const partitions = topics.get(topicId)?.partitions
        const before = partitions?.get(partitionId)
        if (before === undefined) return
        const leaderEpoch = before.leaderEpoch + (leader === LEADER_UNCHANGED ? 0 : 1)
        partitions?.set(partitionId, { replicas: replicas ?? before.replicas, leaderEpoch })
        return
      }
      case 9: {
        const { topicId } = fieldsOf(metadataRecords[9], frame)
        const name = topics.get(topicId)?.name
        topics.delete(topicId)
        configs.delete(`${TOPIC_CONFIGS}/${name}`)
        return
      }
      case 12:
        fieldsOf(metadataRecords[12], frame)
        return
      case 15:
        nextProducerId = fieldsOf(metadataRecords[15], frame).nextProducerId
        return
      default: {
        if (OF_NO_IMPORT.has(frame.kind)) return
        const sort = LEFT_OUT[frame.kind] ?? `records of kind ${frame.kind}`
        leftOut.set(sort, (leftOut.get(sort) ?? 0) + 1)
      }
    }
  }

  for (const frame of frames) apply(frame)
  return {
    topics: [...topics.values()].map((topic) => ({
      ...topic,
      configs: configs.get(`${TOPIC_CONFIGS}/${topic.name}`)?.configs ?? new Map<string, string>(),
    })),
    configs: [...configs.values()].flatMap(({ type, name, configs: values }) => {
      const known = RESOURCE_TYPES[type]
      return known === undefined || values.size === 0 ? [] : [{ type: known, name, configs: values }]
    }),
    nextProducerId,
    leftOut,
  }
}

const LEADER_UNCHANGED = -2

const fieldsOf = <Body extends AnyStruct>(schema: Message<Body>, { version, fields }: MetadataFrame): Infer<Body> => {
  try {
    return readMessage(schema, version, fields)
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error
    throw unfit(`the metadata was written by a newer Kafka than is known here: ${error.message}`)
  }
}
