/** LeaveGroup: members go by their own wish, static ones also by an administrator's, named by instance. */
import type { ErrorCode } from '../../base/error-codes.ts'
import type { LeaveRequest, LeaveResult, LeavingMember, Turn } from '../commands.ts'
import {
  answerJoin,
  answerSync,
  completeJoinIfAllJoined,
  joinError,
  prepareRebalance,
  sessionKey,
  syncError,
} from './rebalance.ts'
import { memberError, removeMember, type ClassicGroup } from './state.ts'

export const leave = (turn: Turn, group: ClassicGroup, request: LeaveRequest): LeaveResult => {
  const results = request.members.map((leaving) => ({ ...leaving, error: leaveOne(turn, group, leaving) }))
  if (results.some(({ error }) => error === 'NONE')) {
    if (group.state === 'PreparingRebalance') completeJoinIfAllJoined(turn, group)
    else if (group.state !== 'Empty') prepareRebalance(turn, group)
  }
  return results
}

const leaveOne = (turn: Turn, group: ClassicGroup, { memberId, instanceId }: LeavingMember): ErrorCode => {
  if (memberId === '') {
    const mapped = instanceId === null ? undefined : group.staticMembers.get(instanceId)
    if (mapped === undefined) return 'UNKNOWN_MEMBER_ID'
    remove(turn, group, mapped)
    return 'NONE'
  }
  if (!group.pendingJoins.has(memberId)) {
    const error = memberError(group, memberId, instanceId)
    if (error !== 'NONE') return error
  }
  remove(turn, group, memberId)
  return 'NONE'
}

/** Whoever still waits hears that the id is gone, and joins anew if he lives. */
const remove = (turn: Turn, group: ClassicGroup, memberId: string): void => {
  const member = group.members.get(memberId)
  if (member !== undefined) {
    answerJoin(turn, group, member, joinError('UNKNOWN_MEMBER_ID', ''))
    answerSync(turn, member, syncError('UNKNOWN_MEMBER_ID'))
  }
  removeMember(group, memberId)
  turn.draft.cancel(sessionKey(group.id, memberId))
}
