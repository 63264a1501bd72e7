/** The state machine of one partition of `__consumer_offsets`: which operation takes which command. */
import type { ErrorCode } from '../base/error-codes.ts'
import { BrokerError, unreachable } from '../base/errors.ts'
import { Draft, type Decision, type RecordCodec, type Shard, type Ticket } from '../coordinator/shard.ts'
import { heartbeat, sessionOver } from './classic/heartbeat.ts'
import { join, staticMemberFailed, staticMemberStored } from './classic/join.ts'
import { leave } from './classic/leave.ts'
import {
  assignmentFailed,
  assignmentStored,
  completeJoin,
  joinDelayOver,
  joinError,
  prepareRebalance,
  restartSession,
  syncDeadline,
  syncError,
} from './classic/rebalance.ts'
import { createGroup, fromMetadata, newGroupMetadata, type ClassicGroup } from './classic/state.ts'
import { sync } from './classic/sync.ts'
import { deleteGroup, expire, topicsDeleted, type Swept } from './cleanup.ts'
import type {
  GroupCommand,
  GroupSettings,
  JoinRequest,
  JoinResult,
  LeaveRequest,
  LeaveResult,
  Turn,
} from './commands.ts'
import { applyRecord, emptyGroups, keyOfRecord, type GroupRecord, type GroupsState } from './group.ts'
import { allOffsets, commit, deleteOffsets, tombstone } from './offsets.ts'

export type GroupShard = Shard<GroupsState, GroupCommand, GroupRecord>

export const groupShard = (settings: GroupSettings, codec: RecordCodec<GroupRecord>): GroupShard => {
  const decide = (now: number, work: (turn: Turn) => void): Decision<GroupCommand, GroupRecord> => {
    const turn: Turn = { draft: new Draft(), now, settings }
    work(turn)
    return turn.draft
  }
  return {
    codec,
    create: emptyGroups,
    apply: applyRecord,
    keyOf: keyOfRecord,
    handle: (state, command, now) => decide(now, (turn) => run(turn, state, command)),
    loaded: (state, now) => decide(now, (turn) => startTimers(turn, state)),
    restored: (state, error) => decide(0, (turn) => dropUnrecorded(turn, state, error)),
  }
}

/** The live part of a group, built from its record where there is none yet. */
export const liveGroup = (state: GroupsState, groupId: string): ClassicGroup | null => {
  const live = state.live.get(groupId)
  if (live !== undefined) return live
  const recorded = state.recorded.get(groupId)
  if (recorded === undefined) return null
  const group = fromMetadata(groupId, recorded.metadata)
  state.live.set(groupId, group)
  return group
}

const run = (turn: Turn, state: GroupsState, command: GroupCommand): void => {
  const { draft } = turn
  switch (command.type) {
    case 'join':
      joinGroup(turn, state, command.request, command.ticket)
      return
    case 'sync': {
      const group = liveGroup(state, command.request.groupId)
      if (group === null) draft.answer(command.ticket, syncError('UNKNOWN_MEMBER_ID'))
      else sync(turn, group, command.request, command.ticket)
      return
    }
    case 'heartbeat': {
      const group = liveGroup(state, command.request.groupId)
      draft.answer(command.ticket, group === null ? 'UNKNOWN_MEMBER_ID' : heartbeat(turn, group, command.request))
      return
    }
    case 'leave':
      draft.answer(command.ticket, leaveGroup(turn, state, command.request))
      return
    case 'commit':
      draft.answer(command.ticket, commit(turn, liveGroup(state, command.request.groupId), command.request))
      return
    case 'delete-group':
      draft.answer(command.ticket, deleteWhole(turn, state, command.groupId))
      return
    case 'delete-offsets': {
      const { groupId } = command.request
      const [recorded, group] = [state.recorded.get(groupId), liveGroup(state, groupId)]
      if (recorded === undefined || group === null) throw new BrokerError('GROUP_ID_NOT_FOUND')
      draft.answer(command.ticket, deleteOffsets(turn, recorded, group, command.request))
      return
    }
    case 'topics-deleted':
      goOn(turn, topicsDeleted(turn, state, command.topics), command)
      return
    case 'expire':
      if (!goOn(turn, expire(turn, state), command)) scheduleExpiry(turn)
      return
    default:
      runOnGroup(turn, liveGroup(state, command.groupId), command)
  }
}

type GroupEvent = Extract<GroupCommand, { groupId: string }>

/** What the shard told itself, about a group that may be gone by now. */
const runOnGroup = (
  turn: Turn,
  group: ClassicGroup | null,
  command: Exclude<GroupEvent, { type: 'delete-group' }>,
): void => {
  if (group === null) return
  switch (command.type) {
    case 'session-over':
      sessionOver(turn, group, command.memberId)
      return
    case 'join-delay-over':
      joinDelayOver(turn, group, command.delayMs, command.leftMs)
      return
    case 'join-deadline':
      completeJoin(turn, group)
      return
    case 'sync-deadline':
      syncDeadline(turn, group, command.generation)
      return
    case 'assignment-stored':
      assignmentStored(turn, group, command)
      return
    case 'assignment-failed':
      assignmentFailed(turn, group, command)
      return
    case 'static-member-stored':
      staticMemberStored(turn, group, command)
      return
    case 'static-member-failed':
      staticMemberFailed(turn, group, command)
      return
    default:
      unreachable(command)
  }
}

/** A join without a member id makes the group, and its record, when there is none. */
const joinGroup = (turn: Turn, state: GroupsState, request: JoinRequest, ticket: Ticket<JoinResult>): void => {
  const known = liveGroup(state, request.groupId)
  if (known === null && request.memberId !== '') {
    turn.draft.answer(ticket, joinError('UNKNOWN_MEMBER_ID', request.memberId))
    return
  }
  const group = known ?? createGroup(request.groupId, turn.now)
  state.live.set(group.id, group)
  join(turn, group, request, ticket)
  if (known === null && turn.draft.records.length === 0) {
    turn.draft.record({ kind: 'group', groupId: group.id, value: newGroupMetadata(group) })
  }
}

const leaveGroup = (turn: Turn, state: GroupsState, request: LeaveRequest): LeaveResult => {
  const group = liveGroup(state, request.groupId)
  if (group !== null) return leave(turn, group, request)
  return request.members.map((member) => ({ ...member, error: 'UNKNOWN_MEMBER_ID' }))
}

const deleteWhole = (turn: Turn, state: GroupsState, groupId: string): ErrorCode => {
  const [recorded, group] = [state.recorded.get(groupId), liveGroup(state, groupId)]
  if (recorded === undefined || group === null) return 'GROUP_ID_NOT_FOUND'
  if (group.state !== 'Empty') return 'NON_EMPTY_GROUP'
  for (const [topic, partition] of allOffsets(recorded)) turn.draft.record(tombstone(groupId, topic, partition))
  deleteGroup(turn, state, groupId)
  return 'NONE'
}

const goOn = ({ draft }: Turn, swept: Swept, command: GroupCommand): boolean => {
  if (swept === 'part') draft.schedule(`sweep\0${command.type}`, 0, command)
  return swept === 'part'
}

const EXPIRY_KEY = 'expire'

const scheduleExpiry = ({ draft, settings }: Turn): void =>
  draft.schedule(EXPIRY_KEY, settings.offsetsRetentionCheckMs, { type: 'expire' })

/** Members that were there before get one session to show up again. */
const startTimers = (turn: Turn, state: GroupsState): void => {
  scheduleExpiry(turn)
  for (const [groupId, { metadata }] of state.recorded) {
    if (metadata === null || metadata.members.length === 0) continue
    const group = liveGroup(state, groupId)
    if (group === null) continue
    for (const member of group.members.values()) restartSession(turn, group, member)
    if (group.members.size > turn.settings.membersMax) prepareRebalance(turn, group)
  }
}

/** A group whose first record could not be stored was never there. */
const dropUnrecorded = ({ draft }: Turn, state: GroupsState, error: ErrorCode): void => {
  for (const [groupId, group] of state.live) {
    if (state.recorded.has(groupId)) continue
    state.live.delete(groupId)
    for (const { awaitingJoin, awaitingSync } of group.members.values()) {
      if (awaitingJoin !== null) draft.fail(awaitingJoin, error)
      if (awaitingSync !== null) draft.fail(awaitingSync, error)
    }
  }
}
