/** SyncGroup: the leader hands in the assignment, everybody fetches his own. */
import type { ErrorCode } from '../../base/error-codes.ts'
import type { Ticket } from '../../coordinator/shard.ts'
import type { SyncRequest, SyncResult, Turn } from '../commands.ts'
import { answerSync, syncError, syncKey } from './rebalance.ts'
import { memberError, NO_ASSIGNMENT, toMetadata, type ClassicGroup, type ClassicMember } from './state.ts'

export const sync = (turn: Turn, group: ClassicGroup, request: SyncRequest, ticket: Ticket<SyncResult>): void => {
  const { draft } = turn
  const error = syncRequestError(group, request)
  const member = group.members.get(request.memberId)
  if (error !== 'NONE' || member === undefined) {
    draft.answer(ticket, syncError(error))
    return
  }
  group.pendingSyncs.delete(member.id)
  if (group.pendingSyncs.size === 0) draft.cancel(syncKey(group.id))
  if (group.state === 'Stable') {
    const { protocolType, protocol } = group
    draft.answer(ticket, { error: 'NONE', protocolType, protocol, assignment: member.assignment })
    return
  }
  answerSync(turn, member, syncError('REBALANCE_IN_PROGRESS'))
  member.awaitingSync = ticket
  if (group.leader === member.id) store(turn, group, request)
}

const syncRequestError = (group: ClassicGroup, request: SyncRequest): ErrorCode => {
  if (group.state === 'Empty') return 'UNKNOWN_MEMBER_ID'
  const error = memberError(group, request.memberId, request.instanceId)
  if (error !== 'NONE') return error
  if (request.generation !== group.generation) return 'ILLEGAL_GENERATION'
  if (differ(request.protocolType, group.protocolType) || differ(request.protocol, group.protocol)) {
    return 'INCONSISTENT_GROUP_PROTOCOL'
  }
  return group.state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : 'NONE'
}

/** Only what both sides name can differ. */
const differ = (named: string | null, current: string | null): boolean =>
  named !== null && current !== null && named !== current

/** Whoever the leader left out gets nothing. The group is stable, and all are answered, once this is stored. */
const store = (turn: Turn, group: ClassicGroup, request: SyncRequest): void => {
  const given = new Map(request.assignments.map(({ memberId, assignment }) => [memberId, assignment]))
  const ofMember = ({ id }: ClassicMember): readonly [string, Buffer] => [id, given.get(id) ?? NO_ASSIGNMENT]
  const assignments = new Map([...group.members.values()].map(ofMember))
  turn.draft.record({ kind: 'group', groupId: group.id, value: toMetadata(group, assignments) })
  const { id: groupId, generation } = group
  turn.draft.followUp = {
    stored: { type: 'assignment-stored', groupId, generation, assignments },
    failed: (error) => ({ type: 'assignment-failed', groupId, generation, error }),
  }
}
