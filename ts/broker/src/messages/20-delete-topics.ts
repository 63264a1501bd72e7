/**
 * DeleteTopics.
 *
 * v4 flexible; v5 error messages; v6 topics by id.
 */
import { ZERO_TOPIC_ID } from '../base/ids.ts'
import { int16, int32, string, uuid } from '../wire/primitives.ts'
import { api, array, between, nullable, since, struct, type Draft, type Infer } from '../wire/schema.ts'

export const deleteTopics = api({
  key: 20,
  name: 'DeleteTopics',
  versions: [1, 6],
  flexible: 4,
  request: struct({
    topics: since(
      6,
      array(
        struct({
          name: since(0, nullable(string), null),
          topicId: uuid,
        }),
      ),
      [],
    ),
    topicNames: between(1, 5, array(string), []),
    timeoutMs: int32,
  }),
  response: struct({
    throttleTimeMs: int32,
    responses: array(
      struct({
        name: nullable(string, 6),
        topicId: since(6, uuid, ZERO_TOPIC_ID),
        errorCode: int16,
        errorMessage: since(5, nullable(string), null),
      }),
    ),
  }),
})

export type DeleteTopicsRequest = Infer<typeof deleteTopics.request>
export type DeleteTopicsResponse = Draft<typeof deleteTopics.response>
