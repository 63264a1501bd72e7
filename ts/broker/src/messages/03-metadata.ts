/**
 * Metadata: brokers, and topics with their leaders. Answered by the engine unless a topic is to be created.
 *
 * v0 takes an empty list for all topics, v1 and later null; v4 says whether to create; v5 offline replicas;
 * v7 leader epochs; v8 authorised operations; v9 flexible; v10 topic ids; v12 topics by id; v13 an error of its own.
 */
import { ZERO_TOPIC_ID } from '../base/ids.ts'
import { boolean, int16, int32, string, uuid } from '../wire/primitives.ts'
import { api, array, between, nullable, since, struct, type Draft, type Infer } from '../wire/schema.ts'

export const metadata = api({
  key: 3,
  name: 'Metadata',
  versions: [0, 13],
  flexible: 9,
  request: struct({
    topics: nullable(
      array(
        struct({
          topicId: since(10, uuid, ZERO_TOPIC_ID),
          name: nullable(string, 10),
        }),
      ),
      1,
    ),
    allowAutoTopicCreation: since(4, boolean, true),
    includeClusterAuthorizedOperations: between(8, 10, boolean, false),
    includeTopicAuthorizedOperations: since(8, boolean, false),
  }),
  response: struct({
    throttleTimeMs: since(3, int32, 0),
    brokers: array(
      struct({
        nodeId: int32,
        host: string,
        port: int32,
        rack: since(1, nullable(string), null),
      }),
    ),
    clusterId: since(2, nullable(string), null),
    controllerId: since(1, int32, -1),
    topics: array(
      struct({
        errorCode: int16,
        name: nullable(string, 12),
        topicId: since(10, uuid, ZERO_TOPIC_ID),
        isInternal: since(1, boolean, false),
        partitions: array(
          struct({
            errorCode: int16,
            partitionIndex: int32,
            leaderId: int32,
            leaderEpoch: since(7, int32, -1),
            replicaNodes: array(int32),
            isrNodes: array(int32),
            offlineReplicas: since(5, array(int32), []),
          }),
        ),
        topicAuthorizedOperations: since(8, int32, -2147483648),
      }),
    ),
    clusterAuthorizedOperations: between(8, 10, int32, -2147483648),
    errorCode: since(13, int16, 0),
  }),
})

export type MetadataRequest = Infer<typeof metadata.request>
export type MetadataResponse = Draft<typeof metadata.response>
