/**
 * OffsetForLeaderEpoch: where an epoch of a partition ended.
 *
 * v2 current leader epoch in the request, throttling; v3 replica id; v4 flexible.
 */
import { int16, int32, int64, string } from '../wire/primitives.ts'
import { api, array, since, struct, type Draft, type Infer } from '../wire/schema.ts'

export const offsetForLeaderEpoch = api({
  key: 23,
  name: 'OffsetForLeaderEpoch',
  versions: [2, 4],
  flexible: 4,
  request: struct({
    replicaId: since(3, int32, -2),
    topics: array(
      struct({
        topic: string,
        partitions: array(
          struct({
            partition: int32,
            currentLeaderEpoch: since(0, int32, -1),
            leaderEpoch: int32,
          }),
        ),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: int32,
    topics: array(
      struct({
        topic: string,
        partitions: array(
          struct({
            errorCode: int16,
            partition: int32,
            leaderEpoch: since(0, int32, -1),
            endOffset: since(0, int64, -1),
          }),
        ),
      }),
    ),
  }),
})

export type OffsetForLeaderEpochRequest = Infer<typeof offsetForLeaderEpoch.request>
export type OffsetForLeaderEpochResponse = Draft<typeof offsetForLeaderEpoch.response>
