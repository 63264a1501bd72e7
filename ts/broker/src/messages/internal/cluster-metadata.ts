/**
 * Of Kafka's log of metadata, `__cluster_metadata`, the records that say what lies in a data directory. A record's value is
 *
 *     unsigned varint 1 | unsigned varint kind | unsigned varint version | the fields of the kind in that version
 */
import { int16, int32, int64, int8, string, uuid } from '../../wire/primitives.ts'
import { array, type Message, message, nullable, since, struct, tagged } from '../../wire/schema.ts'

const noIds = nullable(array(int32))
const noDirectories = nullable(array(uuid))

export const topicRecord = message({
  name: 'TopicRecord',
  versions: [0, 0],
  flexible: 0,
  body: struct({ name: string, topicId: uuid }),
})

export const partitionRecord = message({
  name: 'PartitionRecord',
  versions: [0, 2],
  flexible: 0,
  body: struct({
    partitionId: since(0, int32, -1),
    topicId: uuid,
    replicas: array(int32),
    isr: array(int32),
    removingReplicas: array(int32),
    addingReplicas: array(int32),
    leader: since(0, int32, -1),
    leaderRecoveryState: tagged(0, 0, int8, 0),
    leaderEpoch: since(0, int32, -1),
    partitionEpoch: since(0, int32, -1),
    directories: since(1, array(uuid), []),
    eligibleLeaderReplicas: tagged(1, 2, noIds, null),
    lastKnownElr: tagged(2, 2, noIds, null),
  }),
})

export const partitionChangeRecord = message({
  name: 'PartitionChangeRecord',
  versions: [0, 2],
  flexible: 0,
  body: struct({
    partitionId: since(0, int32, -1),
    topicId: uuid,
    isr: tagged(0, 0, noIds, null),
    leader: tagged(1, 0, int32, -2),
    replicas: tagged(2, 0, noIds, null),
    removingReplicas: tagged(3, 0, noIds, null),
    addingReplicas: tagged(4, 0, noIds, null),
    leaderRecoveryState: tagged(5, 0, int8, -1),
    eligibleLeaderReplicas: tagged(6, 2, noIds, null),
    lastKnownElr: tagged(7, 2, noIds, null),
    directories: tagged(8, 1, noDirectories, null),
  }),
})

export const removeTopicRecord = message({
  name: 'RemoveTopicRecord',
  versions: [0, 0],
  flexible: 0,
  body: struct({ topicId: uuid }),
})

export const configRecord = message({
  name: 'ConfigRecord',
  versions: [0, 0],
  flexible: 0,
  body: struct({ resourceType: int8, resourceName: string, name: string, value: nullable(string) }),
})

export const featureLevelRecord = message({
  name: 'FeatureLevelRecord',
  versions: [0, 0],
  flexible: 0,
  body: struct({ name: string, featureLevel: int16 }),
})

export const producerIdsRecord = message({
  name: 'ProducerIdsRecord',
  versions: [0, 0],
  flexible: 0,
  body: struct({ brokerId: int32, brokerEpoch: since(0, int64, -1), nextProducerId: int64 }),
})

/** By kind. */
export const metadataRecords = {
  2: topicRecord,
  3: partitionRecord,
  4: configRecord,
  5: partitionChangeRecord,
  9: removeTopicRecord,
  12: featureLevelRecord,
  15: producerIdsRecord,
} as const satisfies Readonly<Record<number, Message>>
