/** SyncGroup. Version 3 brings static members; from 5 on the protocol must be named, and must be the group's. */
import type { Handler } from '../dispatch/context.ts'
import type { SyncGroupRequest, SyncGroupResponse } from '../messages/14-sync-group.ts'
import { errorCode } from '../wire/errors.ts'
import type { Services } from './services.ts'

const FIRST_WITH_PROTOCOL = 5

export const handleSyncGroup =
  ({ groups }: Pick<Services, 'groups'>): Handler<SyncGroupRequest, SyncGroupResponse> =>
  async ({ apiVersion }, request) => {
    const { protocolType, protocolName } = request
    if (apiVersion >= FIRST_WITH_PROTOCOL && (protocolType === null || protocolName === null)) {
      return { errorCode: errorCode('INCONSISTENT_GROUP_PROTOCOL'), assignment: Buffer.alloc(0) }
    }
    const synced = await groups.sync({
      groupId: request.groupId,
      memberId: request.memberId,
      instanceId: request.groupInstanceId,
      generation: request.generationId,
      protocolType,
      protocol: protocolName,
      assignments: request.assignments,
    })
    return {
      errorCode: errorCode(synced.error),
      protocolType: synced.protocolType,
      protocolName: synced.protocol,
      assignment: synced.assignment,
    }
  }
