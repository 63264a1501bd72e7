/**
 * LeaveGroup: members go.
 *
 * v3 several members at once, static ones by instance id; v4 flexible; v5 reason.
 */
import { int16, int32, string } from '../wire/primitives.ts'
import { api, array, between, nullable, since, struct, type Draft, type Infer } from '../wire/schema.ts'

export const leaveGroup = api({
  key: 13,
  name: 'LeaveGroup',
  versions: [0, 5],
  flexible: 4,
  request: struct({
    groupId: string,
    memberId: between(0, 2, string, ''),
    members: since(
      3,
      array(
        struct({
          memberId: string,
          groupInstanceId: since(0, nullable(string), null),
          reason: since(5, nullable(string), null),
        }),
      ),
      [],
    ),
  }),
  response: struct({
    throttleTimeMs: since(1, int32, 0),
    errorCode: int16,
    members: since(
      3,
      array(
        struct({
          memberId: string,
          groupInstanceId: nullable(string),
          errorCode: int16,
        }),
      ),
      [],
    ),
  }),
})

export type LeaveGroupRequest = Infer<typeof leaveGroup.request>
export type LeaveGroupResponse = Draft<typeof leaveGroup.response>
