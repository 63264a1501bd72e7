/**
 * DescribeGroups. Up to version 5 a group that does not exist is described as dead, from 6 on it is an error with a
 * text. Version 3 may ask for the operations that the client may do: all of them, as long as nobody is refused any.
 */
import type { Handler } from '../dispatch/context.ts'
import type { DescribeGroupsRequest, DescribeGroupsResponse } from '../messages/15-describe-groups.ts'
import { errorCode } from '../wire/errors.ts'
import type { Services } from './services.ts'

const FIRST_WITH_GROUP_ID_NOT_FOUND = 6
const DEAD = 'Dead'

/** Bits of READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS and ALTER_CONFIGS: what there is to do with a group. */
const ALL_OPERATIONS = (1 << 3) | (1 << 6) | (1 << 8) | (1 << 10) | (1 << 11)
const NOT_ASKED_FOR = -(2 ** 31)

export const handleDescribeGroups =
  ({ groups }: Pick<Services, 'groups'>): Handler<DescribeGroupsRequest, DescribeGroupsResponse> =>
  ({ apiVersion }, request) => {
    const operations = request.includeAuthorizedOperations ? ALL_OPERATIONS : NOT_ASKED_FOR
    const described = request.groups.map((groupId) => {
      const group = groups.describe(groupId)
      if (typeof group === 'string') {
        const absent = group === 'GROUP_ID_NOT_FOUND'
        const silent = absent && apiVersion < FIRST_WITH_GROUP_ID_NOT_FOUND
        return {
          groupId,
          errorCode: errorCode(silent ? 'NONE' : group),
          errorMessage: absent && !silent ? `Group ${groupId} not found.` : null,
          groupState: absent ? DEAD : '',
          protocolType: '',
          protocolData: '',
          members: [],
          authorizedOperations: silent ? operations : NOT_ASKED_FOR,
        }
      }
      return {
        groupId,
        errorCode: errorCode('NONE'),
        groupState: group.state,
        protocolType: group.protocolType,
        protocolData: group.protocol,
        members: group.members.map((member) => ({
          memberId: member.memberId,
          groupInstanceId: member.instanceId,
          clientId: member.clientId,
          clientHost: member.clientHost,
          memberMetadata: member.metadata,
          memberAssignment: member.assignment,
        })),
        authorizedOperations: operations,
      }
    })
    return { groups: described }
  }
