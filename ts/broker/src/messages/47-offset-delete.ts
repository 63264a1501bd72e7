/**
 * OffsetDelete: forgets positions of a group that has no members reading them. Has no flexible version.
 */
import { int16, int32, string } from '../wire/primitives.ts'
import { api, array, struct, type Draft, type Infer } from '../wire/schema.ts'

export const offsetDelete = api({
  key: 47,
  name: 'OffsetDelete',
  versions: [0, 0],
  flexible: null,
  request: struct({
    groupId: string,
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
          }),
        ),
      }),
    ),
  }),
  response: struct({
    errorCode: int16,
    throttleTimeMs: int32,
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
          }),
        ),
      }),
    ),
  }),
})

export type OffsetDeleteRequest = Infer<typeof offsetDelete.request>
export type OffsetDeleteResponse = Draft<typeof offsetDelete.response>
