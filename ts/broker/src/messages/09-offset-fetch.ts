/**
 * OffsetFetch: the positions that a group stored.
 *
 * v2 null for all topics; v3 throttling; v5 leader epoch; v6 flexible; v7 only stable ones; v8 several groups;
 * v9 the consumer protocol; v10 topics by id.
 */
import { ZERO_TOPIC_ID } from '../base/ids.ts'
import { boolean, int16, int32, int64, string, uuid } from '../wire/primitives.ts'
import { api, array, between, nullable, since, struct, type Draft, type Infer } from '../wire/schema.ts'

export const offsetFetch = api({
  key: 9,
  name: 'OffsetFetch',
  versions: [1, 10],
  flexible: 6,
  request: struct({
    groupId: between(1, 7, string, ''),
    topics: between(
      1,
      7,
      nullable(
        array(
          struct({
            name: string,
            partitionIndexes: array(int32),
          }),
        ),
        2,
      ),
      [],
    ),
    groups: since(
      8,
      array(
        struct({
          groupId: string,
          memberId: since(9, nullable(string), null),
          memberEpoch: since(9, int32, -1),
          topics: nullable(
            array(
              struct({
                name: between(8, 9, string, ''),
                topicId: since(10, uuid, ZERO_TOPIC_ID),
                partitionIndexes: array(int32),
              }),
            ),
          ),
        }),
      ),
      [],
    ),
    requireStable: since(7, boolean, false),
  }),
  response: struct({
    throttleTimeMs: since(3, int32, 0),
    topics: between(
      1,
      7,
      array(
        struct({
          name: string,
          partitions: array(
            struct({
              partitionIndex: int32,
              committedOffset: int64,
              committedLeaderEpoch: since(5, int32, -1),
              metadata: nullable(string),
              errorCode: int16,
            }),
          ),
        }),
      ),
      [],
    ),
    errorCode: between(2, 7, int16, 0),
    groups: since(
      8,
      array(
        struct({
          groupId: string,
          topics: array(
            struct({
              name: between(8, 9, string, ''),
              topicId: since(10, uuid, ZERO_TOPIC_ID),
              partitions: array(
                struct({
                  partitionIndex: int32,
                  committedOffset: int64,
                  committedLeaderEpoch: since(0, int32, -1),
                  metadata: nullable(string),
                  errorCode: int16,
                }),
              ),
            }),
          ),
          errorCode: since(0, int16, 0),
        }),
      ),
      [],
    ),
  }),
})

export type OffsetFetchRequest = Infer<typeof offsetFetch.request>
export type OffsetFetchResponse = Draft<typeof offsetFetch.response>
