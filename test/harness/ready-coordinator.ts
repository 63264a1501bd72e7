// A broker that coordinates a group: the topic behind it is made with the first, and loaded.
import { findCoordinator } from 'millrace/messages/10-find-coordinator.js'
import { heartbeat } from 'millrace/messages/12-heartbeat.js'
import { eventually } from './eventually.ts'
import type { Peer } from './peer.ts'

const UNKNOWN_MEMBER_ID = 25

export const readyCoordinator = async (on: Peer, groupId: string): Promise<void> => {
  await eventually(
    `a coordinator of ${groupId}`,
    async () => {
      await on.call(findCoordinator, 2, { key: groupId, keyType: 0 })
      const { errorCode } = await on.call(heartbeat, 3, { groupId, generationId: 1, memberId: 'x' })
      return errorCode === UNKNOWN_MEMBER_ID ? true : undefined
    },
    { intervalMs: 10 },
  )
}
