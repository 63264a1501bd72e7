/**
 * Heartbeat: a member is alive, and hears of a rebalance.
 *
 * v3 static members; v4 flexible.
 */
import { int16, int32, string } from '../wire/primitives.ts'
import { api, nullable, since, struct, type Draft, type Infer } from '../wire/schema.ts'

export const heartbeat = api({
  key: 12,
  name: 'Heartbeat',
  versions: [0, 4],
  flexible: 4,
  request: struct({
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: since(3, nullable(string), null),
  }),
  response: struct({
    throttleTimeMs: since(1, int32, 0),
    errorCode: int16,
  }),
})

export type HeartbeatRequest = Infer<typeof heartbeat.request>
export type HeartbeatResponse = Draft<typeof heartbeat.response>
