/** Heartbeats, and what happens to a member that sends none. */
import type { ErrorCode } from '../../base/error-codes.ts'
import type { HeartbeatRequest, Turn } from '../commands.ts'
import {
  answerJoin,
  answerSync,
  completeJoin,
  joinError,
  prepareRebalance,
  restartSession,
  syncError,
} from './rebalance.ts'
import { allJoined, memberError, removeMember, type ClassicGroup } from './state.ts'

export const heartbeat = (turn: Turn, group: ClassicGroup, request: HeartbeatRequest): ErrorCode => {
  const error = memberError(group, request.memberId, request.instanceId)
  const member = group.members.get(request.memberId)
  if (error !== 'NONE' || member === undefined) return error
  if (request.generation !== group.generation) return 'ILLEGAL_GENERATION'
  restartSession(turn, group, member)
  return group.state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : 'NONE'
}

/** A member whose join or sync waits for us is alive, unless it is new: then nothing tells it from one that left. */
export const sessionOver = (turn: Turn, group: ClassicGroup, memberId: string): void => {
  const member = group.members.get(memberId)
  if (member === undefined) {
    if (!group.pendingJoins.has(memberId)) return
    removeMember(group, memberId)
    if (group.state === 'PreparingRebalance' && allJoined(group)) completeJoin(turn, group)
    return
  }
  if (!member.isNew && (member.awaitingJoin !== null || member.awaitingSync !== null)) return
  answerJoin(turn, group, member, joinError('UNKNOWN_MEMBER_ID', ''))
  answerSync(turn, member, syncError('UNKNOWN_MEMBER_ID'))
  removeMember(group, memberId)
  if (group.state === 'PreparingRebalance') {
    if (allJoined(group)) completeJoin(turn, group)
  } else if (group.state !== 'Empty') {
    prepareRebalance(turn, group)
  }
}
