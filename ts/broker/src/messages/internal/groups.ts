/**
 * What classic groups keep in `__consumer_offsets`, in Kafka's formats, so that Kafka's tools read it.
 *
 *     key     int16 kind of record, then the fields of the key
 *     value   int16 version, then the fields of the value in that version; no value at all deletes the key
 *
 * The kind stands where elsewhere a version stands, so a key is declared with its kinds as its versions.
 */
import { ZERO_TOPIC_ID } from '../../base/ids.ts'
import { bytes, int32, int64, string, uuid } from '../../wire/primitives.ts'
import { array, between, message, nullable, since, struct, tagged } from '../../wire/schema.ts'

/** Kind 0 comes from brokers before 0.9 and has the same fields. */
export const offsetCommitKey = message({
  name: 'OffsetCommitKey',
  versions: [0, 1],
  flexible: null,
  body: struct({ group: string, topic: string, partition: int32 }),
})

/** v1 an expiry of its own, dropped again in v2; v3 leader epoch; v4 flexible, with the id of the topic. */
export const offsetCommitValue = message({
  name: 'OffsetCommitValue',
  versions: [0, 4],
  flexible: 4,
  body: struct({
    offset: int64,
    leaderEpoch: since(3, int32, -1),
    metadata: string,
    commitTimestamp: int64,
    expireTimestamp: between(1, 1, int64, -1),
    topicId: tagged(0, 4, uuid, ZERO_TOPIC_ID),
  }),
})

export const groupMetadataKey = message({
  name: 'GroupMetadataKey',
  versions: [2, 2],
  flexible: null,
  body: struct({ group: string }),
})

/** v1 rebalance timeout; v2 time of the last change; v3 static members; v4 flexible. */
export const groupMetadataValue = message({
  name: 'GroupMetadataValue',
  versions: [0, 4],
  flexible: 4,
  body: struct({
    protocolType: string,
    generation: int32,
    protocol: nullable(string),
    leader: nullable(string),
    currentStateTimestamp: since(2, int64, -1),
    members: array(
      struct({
        memberId: string,
        groupInstanceId: since(3, nullable(string), null),
        clientId: string,
        clientHost: string,
        rebalanceTimeout: since(1, int32, -1),
        sessionTimeout: int32,
        subscription: bytes,
        assignment: bytes,
      }),
    ),
  }),
})
