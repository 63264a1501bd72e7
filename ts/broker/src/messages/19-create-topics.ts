/**
 * CreateTopics.
 *
 * v4 -1 stands for the defaults of the broker; v5 flexible, the answer has the effective configuration; v6 may be
 * throttled by quota; v7 topic ids.
 */
import { ZERO_TOPIC_ID } from '../base/ids.ts'
import { boolean, int16, int32, int8, string, uuid } from '../wire/primitives.ts'
import { api, array, nullable, since, struct, tagged, type Draft, type Infer } from '../wire/schema.ts'

export const createTopics = api({
  key: 19,
  name: 'CreateTopics',
  versions: [2, 7],
  flexible: 5,
  request: struct({
    topics: array(
      struct({
        name: string,
        numPartitions: int32,
        replicationFactor: int16,
        assignments: array(
          struct({
            partitionIndex: int32,
            brokerIds: array(int32),
          }),
        ),
        configs: array(
          struct({
            name: string,
            value: nullable(string),
          }),
        ),
      }),
    ),
    timeoutMs: since(0, int32, 60000),
    validateOnly: since(0, boolean, false),
  }),
  response: struct({
    throttleTimeMs: int32,
    topics: array(
      struct({
        name: string,
        topicId: since(7, uuid, ZERO_TOPIC_ID),
        errorCode: int16,
        errorMessage: nullable(string),
        topicConfigErrorCode: tagged(0, 5, int16, 0),
        numPartitions: since(5, int32, -1),
        replicationFactor: since(5, int16, -1),
        configs: since(
          5,
          nullable(
            array(
              struct({
                name: string,
                value: nullable(string),
                readOnly: boolean,
                configSource: since(0, int8, -1),
                isSensitive: boolean,
              }),
            ),
          ),
          [],
        ),
      }),
    ),
  }),
})

export type CreateTopicsRequest = Infer<typeof createTopics.request>
export type CreateTopicsResponse = Draft<typeof createTopics.response>
