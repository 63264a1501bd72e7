/**
 * CreatePartitions: gives topics more partitions.
 *
 * v2 flexible; v3 may be throttled by quota.
 */
import { boolean, int16, int32, string } from '../wire/primitives.ts'
import { api, array, nullable, since, struct, type Draft, type Infer } from '../wire/schema.ts'

export const createPartitions = api({
  key: 37,
  name: 'CreatePartitions',
  versions: [0, 3],
  flexible: 2,
  request: struct({
    topics: array(
      struct({
        name: string,
        count: int32,
        assignments: nullable(
          array(
            struct({
              brokerIds: array(int32),
            }),
          ),
        ),
      }),
    ),
    timeoutMs: int32,
    validateOnly: boolean,
  }),
  response: struct({
    throttleTimeMs: int32,
    results: array(
      struct({
        name: string,
        errorCode: int16,
        errorMessage: since(0, nullable(string), null),
      }),
    ),
  }),
})

export type CreatePartitionsRequest = Infer<typeof createPartitions.request>
export type CreatePartitionsResponse = Draft<typeof createPartitions.response>
