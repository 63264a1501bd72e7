/**
 * The course of a rebalance: members are asked to rejoin, whoever does in time forms the next generation, everybody
 * hears of it, and the leader's assignment ends it.
 */
import type { ErrorCode } from '../../base/error-codes.ts'
import type { AssignmentFailed, AssignmentStored, GroupCommand, JoinResult, SyncResult, Turn } from '../commands.ts'
import {
  allJoined,
  electJoinedLeader,
  joinedMembers,
  NO_ASSIGNMENT,
  nextGeneration,
  rebalanceTimeoutMs,
  removeMember,
  setAwaitingJoin,
  toMetadata,
  transition,
  type ClassicGroup,
  type ClassicMember,
} from './state.ts'

export const sessionKey = (groupId: string, memberId: string): string => `session\0${groupId}\0${memberId}`
export const joinKey = (groupId: string): string => `join\0${groupId}`
export const syncKey = (groupId: string): string => `sync\0${groupId}`

export const restartSession = (
  { draft }: Turn,
  group: ClassicGroup,
  member: ClassicMember,
  timeoutMs: number = member.sessionTimeoutMs,
): void =>
  draft.schedule(sessionKey(group.id, member.id), timeoutMs, {
    type: 'session-over',
    groupId: group.id,
    memberId: member.id,
  })

export const joinError = (error: ErrorCode, memberId: string): JoinResult => ({
  error,
  memberId,
  generation: -1,
  protocolType: null,
  protocol: null,
  leader: '',
  skipAssignment: false,
  members: [],
})

export const syncError = (error: ErrorCode): SyncResult => ({
  error,
  protocolType: null,
  protocol: null,
  assignment: NO_ASSIGNMENT,
})

/** The current generation, as the member is told of it. */
export const joinResult = (group: ClassicGroup, memberId: string): JoinResult => ({
  error: 'NONE',
  memberId,
  generation: group.generation,
  protocolType: group.protocolType,
  protocol: group.protocol,
  leader: group.leader ?? '',
  skipAssignment: false,
  members: group.leader === memberId ? joinedMembers(group) : [],
})

export const answerJoin = ({ draft }: Turn, group: ClassicGroup, member: ClassicMember, result: JoinResult): void => {
  if (member.awaitingJoin === null) return
  draft.answer(member.awaitingJoin, result)
  setAwaitingJoin(group, member, null)
}

export const answerSync = ({ draft }: Turn, member: ClassicMember, result: SyncResult): boolean => {
  if (member.awaitingSync === null) return false
  draft.answer(member.awaitingSync, result)
  member.awaitingSync = null
  return true
}

/** Starts a rebalance if none runs, else ends the joining if this was the last it waited for. */
export const rebalanceOrCompleteJoin = (turn: Turn, group: ClassicGroup): void => {
  if (group.state === 'PreparingRebalance') completeJoinIfAllJoined(turn, group)
  else prepareRebalance(turn, group)
}

export const prepareRebalance = (turn: Turn, group: ClassicGroup): void => {
  const { draft, now, settings } = turn
  if (group.state === 'CompletingRebalance') resetAssignments(turn, group, 'REBALANCE_IN_PROGRESS')
  group.pendingSyncs.clear()
  draft.cancel(syncKey(group.id))
  if (group.state !== 'Empty') {
    transition(group, 'PreparingRebalance', now)
    if (allJoined(group)) completeJoin(turn, group)
    else awaitJoins(turn, group)
    return
  }
  // The first rebalance gives the other members of a starting application time to arrive.
  const delayMs = settings.initialRebalanceDelayMs
  transition(group, 'PreparingRebalance', now)
  awaitFirstJoins(turn, group, delayMs, Math.max(rebalanceTimeoutMs(group) - delayMs, 0))
}

/** The first rebalance ends by its delay alone. */
export const completeJoinIfAllJoined = (turn: Turn, group: ClassicGroup): void => {
  if (group.state === 'PreparingRebalance' && group.previous !== 'Empty' && allJoined(group)) completeJoin(turn, group)
}

export const joinDelayOver = (turn: Turn, group: ClassicGroup, delayMs: number, leftMs: number): void => {
  if (group.state !== 'PreparingRebalance') return
  if (!group.newMemberAdded || leftMs === 0) {
    completeJoin(turn, group)
    return
  }
  group.newMemberAdded = false
  const nextMs = Math.min(turn.settings.initialRebalanceDelayMs, leftMs)
  awaitFirstJoins(turn, group, nextMs, Math.max(leftMs - delayMs, 0))
}

/** Goes on with those who have rejoined. Static members keep their place until their session ends. */
export const completeJoin = (turn: Turn, group: ClassicGroup): void => {
  const { draft, now } = turn
  if (group.state !== 'PreparingRebalance') return
  draft.cancel(joinKey(group.id))
  for (const member of [...group.members.values()]) {
    if (member.awaitingJoin !== null || member.instanceId !== null) continue
    removeMember(group, member.id)
    draft.cancel(sessionKey(group.id, member.id))
  }
  if (!electJoinedLeader(group) && group.members.size > 0) {
    awaitJoins(turn, group)
    return
  }
  nextGeneration(group, now)
  if (group.members.size === 0) {
    draft.record({ kind: 'group', groupId: group.id, value: toMetadata(group, new Map()) })
    return
  }
  for (const member of group.members.values()) {
    answerJoin(turn, group, member, joinResult(group, member.id))
    restartSession(turn, group, member)
    member.isNew = false
    group.pendingSyncs.add(member.id)
  }
  draft.schedule(syncKey(group.id), rebalanceTimeoutMs(group), {
    type: 'sync-deadline',
    groupId: group.id,
    generation: group.generation,
  })
}

/** Those who never asked for their assignment hold up nobody. */
export const syncDeadline = (turn: Turn, group: ClassicGroup, generation: number): void => {
  if (group.generation !== generation || group.pendingSyncs.size === 0) return
  if (group.state !== 'CompletingRebalance' && group.state !== 'Stable') return
  for (const memberId of [...group.pendingSyncs]) {
    const member = group.members.get(memberId)
    if (member !== undefined) answerSync(turn, member, syncError('UNKNOWN_MEMBER_ID'))
    removeMember(group, memberId)
    turn.draft.cancel(sessionKey(group.id, memberId))
  }
  prepareRebalance(turn, group)
}

export const assignmentStored = (turn: Turn, group: ClassicGroup, stored: AssignmentStored): void => {
  if (group.state !== 'CompletingRebalance' || group.generation !== stored.generation) return
  for (const member of group.members.values()) member.assignment = stored.assignments.get(member.id) ?? NO_ASSIGNMENT
  for (const member of group.members.values()) {
    const { protocolType, protocol } = group
    const result: SyncResult = { error: 'NONE', protocolType, protocol, assignment: member.assignment }
    if (answerSync(turn, member, result)) restartSession(turn, group, member)
  }
  transition(group, 'Stable', turn.now)
}

export const assignmentFailed = (turn: Turn, group: ClassicGroup, failed: AssignmentFailed): void => {
  if (group.state !== 'CompletingRebalance' || group.generation !== failed.generation) return
  resetAssignments(turn, group, failed.error)
  prepareRebalance(turn, group)
}

const resetAssignments = (turn: Turn, group: ClassicGroup, error: ErrorCode): void => {
  for (const member of group.members.values()) {
    member.assignment = NO_ASSIGNMENT
    if (answerSync(turn, member, syncError(error))) restartSession(turn, group, member)
  }
}

const awaitJoins = ({ draft }: Turn, group: ClassicGroup): void => {
  const command: GroupCommand = { type: 'join-deadline', groupId: group.id }
  draft.schedule(joinKey(group.id), rebalanceTimeoutMs(group), command)
}

const awaitFirstJoins = ({ draft }: Turn, group: ClassicGroup, delayMs: number, leftMs: number): void =>
  draft.schedule(joinKey(group.id), delayMs, { type: 'join-delay-over', groupId: group.id, delayMs, leftMs })
