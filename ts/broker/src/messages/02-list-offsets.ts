/**
 * ListOffsets: the offset at a time, or at one of the special times below zero.
 *
 * v2 isolation level; v4 leader epochs; v6 flexible; v7 latest timestamp (-3); v8 earliest local (-4);
 * v9 last tiered (-5); v10 timeout; v11 earliest pending upload (-6).
 */
import { int16, int32, int64, int8, string } from '../wire/primitives.ts'
import { api, array, since, struct, type Draft, type Infer } from '../wire/schema.ts'

export const listOffsets = api({
  key: 2,
  name: 'ListOffsets',
  versions: [1, 11],
  flexible: 6,
  request: struct({
    replicaId: int32,
    isolationLevel: since(2, int8, 0),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            currentLeaderEpoch: since(4, int32, -1),
            timestamp: int64,
          }),
        ),
      }),
    ),
    timeoutMs: since(10, int32, 0),
  }),
  response: struct({
    throttleTimeMs: since(2, int32, 0),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
            timestamp: since(0, int64, -1),
            offset: since(0, int64, -1),
            leaderEpoch: since(4, int32, -1),
          }),
        ),
      }),
    ),
  }),
})

export type ListOffsetsRequest = Infer<typeof listOffsets.request>
export type ListOffsetsResponse = Draft<typeof listOffsets.response>
