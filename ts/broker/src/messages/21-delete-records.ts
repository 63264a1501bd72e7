/**
 * DeleteRecords: moves the start of partitions up to an offset.
 *
 * v2 flexible.
 */
import { int16, int32, int64, string } from '../wire/primitives.ts'
import { api, array, struct, type Draft, type Infer } from '../wire/schema.ts'

export const deleteRecords = api({
  key: 21,
  name: 'DeleteRecords',
  versions: [0, 2],
  flexible: 2,
  request: struct({
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            offset: int64,
          }),
        ),
      }),
    ),
    timeoutMs: int32,
  }),
  response: struct({
    throttleTimeMs: int32,
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            lowWatermark: int64,
            errorCode: int16,
          }),
        ),
      }),
    ),
  }),
})

export type DeleteRecordsRequest = Infer<typeof deleteRecords.request>
export type DeleteRecordsResponse = Draft<typeof deleteRecords.response>
