/**
 * LeaveGroup. Up to version 2 one member leaves and its error is that of the request; from 3 on several may, static
 * ones by their instance id, each with its own error.
 */
import { BrokerError } from '../base/errors.ts'
import type { Handler } from '../dispatch/context.ts'
import type { LeaveGroupRequest, LeaveGroupResponse } from '../messages/13-leave-group.ts'
import { errorCode } from '../wire/errors.ts'
import type { Services } from './services.ts'

const FIRST_WITH_MEMBERS = 3

export const handleLeaveGroup =
  ({ groups }: Pick<Services, 'groups'>): Handler<LeaveGroupRequest, LeaveGroupResponse> =>
  async ({ apiVersion }, { groupId, memberId, members }) => {
    const several = apiVersion >= FIRST_WITH_MEMBERS
    const leaving = several
      ? members.map((member) => ({ memberId: member.memberId, instanceId: member.groupInstanceId }))
      : [{ memberId, instanceId: null }]
    try {
      const left = await groups.leave({ groupId, members: leaving })
      if (!several) return { errorCode: errorCode(left[0]?.error ?? 'NONE') }
      return {
        errorCode: errorCode('NONE'),
        members: left.map((member) => ({
          memberId: member.memberId,
          groupInstanceId: member.instanceId,
          errorCode: errorCode(member.error),
        })),
      }
    } catch (thrown) {
      return { errorCode: errorCode(BrokerError.from(thrown).code) }
    }
  }
