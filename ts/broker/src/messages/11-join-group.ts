/**
 * JoinGroup: enters a group, or stays in it when it rebalances.
 *
 * v1 rebalance timeout; v4 the member id is given in a first answer; v5 static members; v6 flexible;
 * v7 protocol type in the answer; v8 reason; v9 a leader may skip the assignment.
 */
import { boolean, bytes, int16, int32, string } from '../wire/primitives.ts'
import { api, array, nullable, since, struct, type Draft, type Infer } from '../wire/schema.ts'

export const joinGroup = api({
  key: 11,
  name: 'JoinGroup',
  versions: [0, 9],
  flexible: 6,
  request: struct({
    groupId: string,
    sessionTimeoutMs: int32,
    rebalanceTimeoutMs: since(1, int32, -1),
    memberId: string,
    groupInstanceId: since(5, nullable(string), null),
    protocolType: string,
    protocols: array(
      struct({
        name: string,
        metadata: bytes,
      }),
    ),
    reason: since(8, nullable(string), null),
  }),
  response: struct({
    throttleTimeMs: since(2, int32, 0),
    errorCode: int16,
    generationId: since(0, int32, -1),
    protocolType: since(7, nullable(string), null),
    protocolName: nullable(string, 7),
    leader: string,
    skipAssignment: since(9, boolean, false),
    memberId: string,
    members: array(
      struct({
        memberId: string,
        groupInstanceId: since(5, nullable(string), null),
        metadata: bytes,
      }),
    ),
  }),
})

export type JoinGroupRequest = Infer<typeof joinGroup.request>
export type JoinGroupResponse = Draft<typeof joinGroup.response>
