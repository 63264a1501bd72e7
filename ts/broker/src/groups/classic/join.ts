/** JoinGroup: who may enter, under which id, and when that starts a rebalance. */
import type { ErrorCode } from '../../base/error-codes.ts'
import type { Ticket } from '../../coordinator/shard.ts'
import type { JoinRequest, JoinResult, StaticMemberFailed, StaticMemberStored, Turn } from '../commands.ts'
import { protocolBytes, sameProtocols, selectProtocol, supportsProtocols } from './protocols.ts'
import {
  answerJoin,
  answerSync,
  completeJoinIfAllJoined,
  joinError,
  joinResult,
  prepareRebalance,
  rebalanceOrCompleteJoin,
  restartSession,
  sessionKey,
  syncError,
} from './rebalance.ts'
import {
  addMember,
  memberError,
  NO_ASSIGNMENT,
  removeMember,
  renameStaticMember,
  setAwaitingJoin,
  toMetadata,
  updateMember,
  type ClassicGroup,
  type ClassicMember,
} from './state.ts'

/** A new member cannot send heartbeats while its first join waits; a client that is gone must not hold its place. */
const NEW_MEMBER_JOIN_TIMEOUT_MS = 5 * 60 * 1000

/** Of one member: beyond this its group could never be stored, as a record must fit a batch. */
export const MEMBER_PROTOCOL_BYTES_MAX = 1_000_000

/** Of all members of a group together. */
export const GROUP_PROTOCOL_BYTES_MAX = 32 * 1024 * 1024

/** Ids that were given out and not used yet; they are forgotten with the session timeout. */
export const PENDING_MEMBERS_MAX = 100_000

export const join = (turn: Turn, group: ClassicGroup, request: JoinRequest, ticket: Ticket<JoinResult>): void => {
  const { memberId, instanceId } = request
  const refuse = (error: ErrorCode): void => turn.draft.answer(ticket, joinError(error, memberId))
  if (!fitsMemory(group, request)) {
    refuse('GROUP_MAX_SIZE_REACHED')
  } else if (!hasRoomFor(turn, group, memberId)) {
    removeMember(group, memberId)
    turn.draft.answer(ticket, joinError('GROUP_MAX_SIZE_REACHED', ''))
  } else if (!supportsProtocols(group, request.protocolType, request.protocols)) {
    refuse('INCONSISTENT_GROUP_PROTOCOL')
  } else if (memberId === '') {
    joinNewMember(turn, group, request, ticket)
  } else if (group.pendingJoins.has(memberId)) {
    // Only dynamic members are ever pending.
    if (instanceId === null) addThenRebalance(turn, group, request, memberId, ticket)
    else turn.draft.answer(ticket, joinError('UNKNOWN_SERVER_ERROR', ''))
  } else {
    const error = memberError(group, memberId, instanceId)
    const member = group.members.get(memberId)
    if (error !== 'NONE' || member === undefined) refuse(error)
    else rejoin(turn, group, member, request, ticket)
  }
}

const fitsMemory = (group: ClassicGroup, { memberId, protocols }: JoinRequest): boolean => {
  const grownBy = protocolBytes(protocols) - protocolBytes(group.members.get(memberId)?.protocols ?? [])
  if (grownBy > 0 && group.protocolBytes + grownBy > GROUP_PROTOCOL_BYTES_MAX) return false
  return memberId !== '' || group.pendingJoins.size < PENDING_MEMBERS_MAX
}

const hasRoomFor = ({ settings }: Turn, group: ClassicGroup, memberId: string): boolean => {
  const member = group.members.get(memberId)
  switch (group.state) {
    case 'Empty':
      return true
    case 'PreparingRebalance':
      // Those who wait are counted, not the members: so the last to rejoin are turned away when the limit shrank.
      return (member?.awaitingJoin ?? null) !== null || group.awaitingJoin < settings.membersMax
    case 'CompletingRebalance':
    case 'Stable':
      return member !== undefined || group.members.size < settings.membersMax
  }
}

const joinNewMember = (turn: Turn, group: ClassicGroup, request: JoinRequest, ticket: Ticket<JoinResult>): void => {
  const { instanceId, clientId, memberIdSuffix } = request
  const memberId = `${instanceId ?? clientId}-${memberIdSuffix}`
  if (instanceId !== null) {
    const old = group.members.get(group.staticMembers.get(instanceId) ?? '')
    if (old === undefined) addThenRebalance(turn, group, request, memberId, ticket)
    else replaceStaticMember(turn, group, old, memberId, request, ticket)
  } else if (request.needsKnownMemberId) {
    group.pendingJoins.add(memberId)
    turn.draft.schedule(sessionKey(group.id, memberId), request.sessionTimeoutMs, {
      type: 'session-over',
      groupId: group.id,
      memberId,
    })
    turn.draft.answer(ticket, joinError('MEMBER_ID_REQUIRED', memberId))
  } else {
    addThenRebalance(turn, group, request, memberId, ticket)
  }
}

const addThenRebalance = (
  turn: Turn,
  group: ClassicGroup,
  request: JoinRequest,
  memberId: string,
  ticket: Ticket<JoinResult>,
): void => {
  const member: ClassicMember = {
    id: memberId,
    instanceId: request.instanceId,
    clientId: request.clientId,
    clientHost: request.clientHost,
    protocolType: request.protocolType,
    software: request.software,
    rebalanceTimeoutMs: request.rebalanceTimeoutMs,
    sessionTimeoutMs: request.sessionTimeoutMs,
    protocols: request.protocols,
    assignment: NO_ASSIGNMENT,
    isNew: true,
    awaitingJoin: ticket,
    awaitingSync: null,
  }
  if (group.state === 'PreparingRebalance' && group.previous === 'Empty') group.newMemberAdded = true
  addMember(group, member)
  restartSession(turn, group, member, NEW_MEMBER_JOIN_TIMEOUT_MS)
  rebalanceOrCompleteJoin(turn, group)
}

const rejoin = (
  turn: Turn,
  group: ClassicGroup,
  member: ClassicMember,
  request: JoinRequest,
  ticket: Ticket<JoinResult>,
): void => {
  const { draft } = turn
  const changed = !sameProtocols(member.protocols, request.protocols)
  const tellCurrent = (): void => {
    // It may have joined before this broker started.
    member.software = request.software
    draft.answer(ticket, joinResult(group, member.id))
  }
  const update = (): void => updateThenRebalance(turn, group, member, request, ticket)
  switch (group.state) {
    case 'Empty':
      draft.answer(ticket, joinError('UNKNOWN_MEMBER_ID', member.id))
      return
    case 'PreparingRebalance':
      update()
      return
    case 'CompletingRebalance':
      // Unchanged, it has probably missed our first answer.
      if (changed) update()
      else tellCurrent()
      return
    case 'Stable':
      // A leader that rejoins wants to assign anew, for instance because a topic has grown.
      if (changed || group.leader === member.id) update()
      else tellCurrent()
  }
}

const updateThenRebalance = (
  turn: Turn,
  group: ClassicGroup,
  member: ClassicMember,
  request: JoinRequest,
  ticket: Ticket<JoinResult>,
): void => {
  updateMember(group, member, request)
  awaitJoin(turn, group, member, ticket)
  rebalanceOrCompleteJoin(turn, group)
}

/** A join that is sent again replaces the one that waits; whoever sent the first hears that he is to try again. */
const awaitJoin = (turn: Turn, group: ClassicGroup, member: ClassicMember, ticket: Ticket<JoinResult>): void => {
  answerJoin(turn, group, member, joinError('REBALANCE_IN_PROGRESS', member.id))
  setAwaitingJoin(group, member, ticket)
}

/**
 * A static member that comes back without its id: it has restarted. The old id is fenced. If the group is stable and
 * would choose the same protocol again, the member takes its old place without a rebalance, once that is stored.
 */
const replaceStaticMember = (
  turn: Turn,
  group: ClassicGroup,
  old: ClassicMember,
  memberId: string,
  request: JoinRequest,
  ticket: Ticket<JoinResult>,
): void => {
  const { draft } = turn
  const leaderBefore = group.leader ?? ''
  answerJoin(turn, group, old, joinError('FENCED_INSTANCE_ID', old.id))
  answerSync(turn, old, syncError('FENCED_INSTANCE_ID'))
  const { id, software, protocols, rebalanceTimeoutMs, sessionTimeoutMs } = old
  const before = { memberId: id, software, protocols, rebalanceTimeoutMs, sessionTimeoutMs }
  const member = renameStaticMember(group, old, memberId)
  draft.cancel(sessionKey(group.id, id))
  updateMember(group, member, request)
  setAwaitingJoin(group, member, ticket)
  restartSession(turn, group, member)
  if (group.state === 'CompletingRebalance') {
    // The leader may have been told of the old id; its assignment would miss the new one.
    prepareRebalance(turn, group)
  } else if (group.state === 'PreparingRebalance') {
    completeJoinIfAllJoined(turn, group)
  } else if (selectProtocol(group) !== group.protocol) {
    prepareRebalance(turn, group)
  } else {
    const assignments = new Map([...group.members.values()].map((each) => [each.id, each.assignment]))
    draft.record({ kind: 'group', groupId: group.id, value: toMetadata(group, assignments) })
    const { canSkipAssignment } = request
    const command = { groupId: group.id, memberId, leaderBefore }
    draft.followUp = {
      stored: { type: 'static-member-stored', ...command, canSkipAssignment },
      failed: (error) => ({ type: 'static-member-failed', ...command, before, error }),
    }
  }
}

export const staticMemberStored = (turn: Turn, group: ClassicGroup, stored: StaticMemberStored): void => {
  const member = group.members.get(stored.memberId)
  // In a rebalance that began meanwhile it counts as joined, and is answered when that completes.
  if (member === undefined || group.state === 'PreparingRebalance') return
  const result = joinResult(group, member.id)
  if (stored.canSkipAssignment) {
    answerJoin(turn, group, member, { ...result, skipAssignment: group.leader === member.id })
  } else {
    // Told that the old id leads, an older client takes itself for a follower and does not assign.
    answerJoin(turn, group, member, { ...result, leader: stored.leaderBefore, members: [] })
  }
}

export const staticMemberFailed = (turn: Turn, group: ClassicGroup, failed: StaticMemberFailed): void => {
  const member = group.members.get(failed.memberId)
  if (member === undefined) return
  const { memberId, ...settings } = failed.before
  answerJoin(turn, group, member, {
    ...joinResult(group, ''),
    error: failed.error,
    leader: failed.leaderBefore,
  })
  turn.draft.cancel(sessionKey(group.id, member.id))
  const restored = renameStaticMember(group, member, memberId)
  updateMember(group, restored, settings)
  restartSession(turn, group, restored)
}
