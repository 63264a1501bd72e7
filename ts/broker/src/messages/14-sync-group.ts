/**
 * SyncGroup: the leader hands out the assignment, everyone receives a part.
 *
 * v3 static members; v4 flexible; v5 protocol type and name, checked against the group's.
 */
import { bytes, int16, int32, string } from '../wire/primitives.ts'
import { api, array, nullable, since, struct, type Draft, type Infer } from '../wire/schema.ts'

export const syncGroup = api({
  key: 14,
  name: 'SyncGroup',
  versions: [0, 5],
  flexible: 4,
  request: struct({
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: since(3, nullable(string), null),
    protocolType: since(5, nullable(string), null),
    protocolName: since(5, nullable(string), null),
    assignments: array(
      struct({
        memberId: string,
        assignment: bytes,
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: since(1, int32, 0),
    errorCode: int16,
    protocolType: since(5, nullable(string), null),
    protocolName: since(5, nullable(string), null),
    assignment: bytes,
  }),
})

export type SyncGroupRequest = Infer<typeof syncGroup.request>
export type SyncGroupResponse = Draft<typeof syncGroup.response>
