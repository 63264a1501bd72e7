/**
 * Produce: appends one batch per partition. Answered by the engine.
 *
 * v5 log start offset; v8 errors by record; v9 flexible; v10 hints at the leader; v13 topics by id.
 * Versions 0 to 2 are advertised, as old clients look for them, and refused.
 */
import { ZERO_TOPIC_ID } from '../base/ids.ts'
import { int16, int32, int64, records, string, uuid } from '../wire/primitives.ts'
import { api, array, between, nullable, since, struct, tagged, type Draft, type Infer } from '../wire/schema.ts'

export const produce = api({
  key: 0,
  name: 'Produce',
  versions: [3, 13],
  flexible: 9,
  request: struct({
    transactionalId: since(0, nullable(string), null),
    acks: int16,
    timeoutMs: int32,
    topicData: array(
      struct({
        name: between(3, 12, string, ''),
        topicId: since(13, uuid, ZERO_TOPIC_ID),
        partitionData: array(
          struct({
            index: int32,
            records: nullable(records),
          }),
        ),
      }),
    ),
  }),
  response: struct({
    responses: array(
      struct({
        name: between(3, 12, string, ''),
        topicId: since(13, uuid, ZERO_TOPIC_ID),
        partitionResponses: array(
          struct({
            index: int32,
            errorCode: int16,
            baseOffset: int64,
            logAppendTimeMs: since(0, int64, -1),
            logStartOffset: since(5, int64, -1),
            recordErrors: since(
              8,
              array(
                struct({
                  batchIndex: int32,
                  batchIndexErrorMessage: since(0, nullable(string), null),
                }),
              ),
              [],
            ),
            errorMessage: since(8, nullable(string), null),
            currentLeader: tagged(
              0,
              10,
              struct({
                leaderId: since(0, int32, -1),
                leaderEpoch: since(0, int32, -1),
              }),
              { leaderId: -1, leaderEpoch: -1 },
            ),
          }),
        ),
      }),
    ),
    throttleTimeMs: since(0, int32, 0),
    nodeEndpoints: tagged(
      0,
      10,
      array(
        struct({
          nodeId: int32,
          host: string,
          port: int32,
          rack: since(0, nullable(string), null),
        }),
      ),
      [],
    ),
  }),
})

export type ProduceRequest = Infer<typeof produce.request>
export type ProduceResponse = Draft<typeof produce.response>
