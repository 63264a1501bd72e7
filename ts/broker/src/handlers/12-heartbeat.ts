/** Heartbeat. Version 3 brings static members; the versions differ in nothing else that matters here. */
import type { Handler } from '../dispatch/context.ts'
import type { HeartbeatRequest, HeartbeatResponse } from '../messages/12-heartbeat.ts'
import { errorCode } from '../wire/errors.ts'
import type { Services } from './services.ts'

export const handleHeartbeat =
  ({ groups }: Pick<Services, 'groups'>): Handler<HeartbeatRequest, HeartbeatResponse> =>
  async (_context, { groupId, memberId, groupInstanceId, generationId }) => {
    const error = await groups.heartbeat({ groupId, memberId, instanceId: groupInstanceId, generation: generationId })
    return { errorCode: errorCode(error) }
  }
