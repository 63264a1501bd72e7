/**
 * JoinGroup. Version 0 has no rebalance timeout, the session's stands for it; 4 demands a known member id; 5 brings
 * static members; up to 6 the protocol name may not be null; 9 lets a returning static leader skip its assignment.
 */
import type { Handler } from '../dispatch/context.ts'
import type { JoinGroupRequest, JoinGroupResponse } from '../messages/11-join-group.ts'
import { errorCode } from '../wire/errors.ts'
import type { Services } from './services.ts'

const FIRST_WITH_REBALANCE_TIMEOUT = 1
const FIRST_WITH_KNOWN_MEMBER_ID = 4
const FIRST_WITH_NULL_PROTOCOL = 7
const FIRST_WITH_SKIP_ASSIGNMENT = 9

export const handleJoinGroup =
  ({ groups }: Pick<Services, 'groups'>): Handler<JoinGroupRequest, JoinGroupResponse> =>
  async ({ apiVersion, clientId, clientAddress, software }, request) => {
    const { sessionTimeoutMs } = request
    const joined = await groups.join({
      groupId: request.groupId,
      memberId: request.memberId,
      instanceId: request.groupInstanceId,
      clientId: clientId ?? '',
      clientHost: `/${clientAddress}`,
      software,
      sessionTimeoutMs,
      rebalanceTimeoutMs: apiVersion >= FIRST_WITH_REBALANCE_TIMEOUT ? request.rebalanceTimeoutMs : sessionTimeoutMs,
      protocolType: request.protocolType,
      protocols: request.protocols,
      needsKnownMemberId: apiVersion >= FIRST_WITH_KNOWN_MEMBER_ID,
      canSkipAssignment: apiVersion >= FIRST_WITH_SKIP_ASSIGNMENT,
    })
    return {
      errorCode: errorCode(joined.error),
      generationId: joined.generation,
      protocolType: joined.protocolType,
      protocolName: protocolName(apiVersion, joined.protocol ?? ''),
      leader: joined.leader,
      skipAssignment: joined.skipAssignment,
      memberId: joined.memberId,
      members: joined.members.map(({ memberId, instanceId, metadata }) => ({
        memberId,
        groupInstanceId: instanceId,
        metadata,
      })),
    }
  }

/** A protocol may have an empty name, which newer versions are told as none. */
const protocolName = (apiVersion: number, name: string): string | null =>
  name === '' && apiVersion >= FIRST_WITH_NULL_PROTOCOL ? null : name
