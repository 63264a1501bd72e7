/**
 * OffsetCommit: stores the positions of a group.
 *
 * v5 no retention of its own any more; v6 leader epoch; v7 static members; v8 flexible; v9 the consumer protocol;
 * v10 topics by id.
 */
import { ZERO_TOPIC_ID } from '../base/ids.ts'
import { int16, int32, int64, string, uuid } from '../wire/primitives.ts'
import { api, array, between, nullable, since, struct, type Draft, type Infer } from '../wire/schema.ts'

export const offsetCommit = api({
  key: 8,
  name: 'OffsetCommit',
  versions: [2, 10],
  flexible: 8,
  request: struct({
    groupId: string,
    generationIdOrMemberEpoch: since(0, int32, -1),
    memberId: string,
    groupInstanceId: since(7, nullable(string), null),
    retentionTimeMs: between(2, 4, int64, -1),
    topics: array(
      struct({
        name: between(2, 9, string, ''),
        topicId: since(10, uuid, ZERO_TOPIC_ID),
        partitions: array(
          struct({
            partitionIndex: int32,
            committedOffset: int64,
            committedLeaderEpoch: since(6, int32, -1),
            committedMetadata: nullable(string),
          }),
        ),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: since(3, int32, 0),
    topics: array(
      struct({
        name: between(2, 9, string, ''),
        topicId: since(10, uuid, ZERO_TOPIC_ID),
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

export type OffsetCommitRequest = Infer<typeof offsetCommit.request>
export type OffsetCommitResponse = Draft<typeof offsetCommit.response>
