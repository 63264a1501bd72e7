/**
 * The live part of a group of the classic protocol: its members, who of them waits for which answer, and its state.
 *
 * ```
 *            join                      all joined, or deadline                 leader's assignment stored
 *  Empty ----------> PreparingRebalance -------------------> CompletingRebalance -------------------> Stable
 *    ^                 |      ^                                  |                                       |
 *    '-- all left -----'      '----------- join, leave, expiry --+---------------------------------------'
 * ```
 *
 * Held true by the functions here: one leader, and he is a member; a static instance maps to one member; a member is
 * never pending and joined at once; `awaitingJoin` counts the members whose join waits.
 */
import type { ErrorCode } from '../../base/error-codes.ts'
import { assert } from '../../base/errors.ts'
import type { Ticket } from '../../coordinator/shard.ts'
import type { ClientSoftware } from '../../engine/requests.ts'
import type { JoinedMember, JoinResult, Protocol, SyncResult } from '../commands.ts'
import { UNKNOWN_TIME, type GroupMetadata } from '../group.ts'
import { countProtocols, selectProtocol } from './protocols.ts'
import { readSubscriptions } from './subscription.ts'

export type ClassicState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable'

export interface ClassicMember {
  readonly id: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly protocolType: string
  /** Of the client that joined last. Records have no place for it: null for a member that was read from them, until it joins. */
  software: ClientSoftware | null
  rebalanceTimeoutMs: number
  sessionTimeoutMs: number
  protocols: readonly Protocol[]
  assignment: Buffer
  /** Until its first join is answered it has no id to send heartbeats with. */
  isNew: boolean
  awaitingJoin: Ticket<JoinResult> | null
  awaitingSync: Ticket<SyncResult> | null
}

export interface ClassicGroup {
  readonly id: string
  state: ClassicState
  previous: ClassicState | null
  stateSince: number
  protocolType: string | null
  protocol: string | null
  generation: number
  leader: string | null
  readonly members: Map<string, ClassicMember>
  /** Instance id -> member id. */
  readonly staticMembers: Map<string, string>
  /** Ids given out and not yet joined with. */
  readonly pendingJoins: Set<string>
  /** Those who have not asked for their assignment of this generation. */
  readonly pendingSyncs: Set<string>
  /** Protocol -> number of members that support it. */
  readonly supporters: Map<string, number>
  awaitingJoin: number
  /** Bytes of all members' protocols: what this group costs in memory. */
  protocolBytes: number
  /** During the first rebalance: it may be put off again. */
  newMemberAdded: boolean
  /** Null when unknown. */
  topics: ReadonlySet<string> | null
}

export const NO_ASSIGNMENT = Buffer.alloc(0)
export const CONSUMER_PROTOCOL_TYPE = 'consumer'

const VALID_BEFORE: Readonly<Record<ClassicState, readonly ClassicState[]>> = {
  Empty: ['PreparingRebalance'],
  PreparingRebalance: ['Empty', 'CompletingRebalance', 'Stable'],
  CompletingRebalance: ['PreparingRebalance'],
  Stable: ['CompletingRebalance'],
}

export const createGroup = (id: string, now: number): ClassicGroup => ({
  id,
  state: 'Empty',
  previous: null,
  stateSince: now,
  protocolType: null,
  protocol: null,
  generation: 0,
  leader: null,
  members: new Map(),
  staticMembers: new Map(),
  pendingJoins: new Set(),
  pendingSyncs: new Set(),
  supporters: new Map(),
  awaitingJoin: 0,
  protocolBytes: 0,
  newMemberAdded: false,
  topics: null,
})

/** A group as it stands in the log: with members it was stable, with the one protocol that was chosen. */
export const fromMetadata = (id: string, metadata: GroupMetadata | null): ClassicGroup => {
  const group = createGroup(id, metadata?.stateSince ?? UNKNOWN_TIME)
  if (metadata === null) return group
  for (const member of metadata.members) {
    addMember(group, {
      id: member.memberId,
      instanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      protocolType: metadata.protocolType,
      software: null,
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      sessionTimeoutMs: member.sessionTimeoutMs,
      protocols: [{ name: metadata.protocol ?? '', metadata: member.subscription }],
      assignment: member.assignment,
      isNew: false,
      awaitingJoin: null,
      awaitingSync: null,
    })
  }
  group.state = group.members.size === 0 ? 'Empty' : 'Stable'
  group.protocolType = metadata.protocolType === '' ? null : metadata.protocolType
  group.protocol = metadata.protocol
  group.generation = metadata.generation
  group.leader = metadata.leader ?? group.leader
  group.topics = subscribedTopics(group)
  return group
}

export const toMetadata = (group: ClassicGroup, assignments: ReadonlyMap<string, Buffer>): GroupMetadata => ({
  protocolType: group.protocolType ?? '',
  generation: group.generation,
  protocol: group.protocol,
  leader: group.leader,
  stateSince: group.stateSince,
  members: [...group.members.values()].map((member) => ({
    memberId: member.id,
    instanceId: member.instanceId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    rebalanceTimeoutMs: member.rebalanceTimeoutMs,
    sessionTimeoutMs: member.sessionTimeoutMs,
    subscription: metadataOf(group, member),
    assignment: assignments.get(member.id) ?? NO_ASSIGNMENT,
  })),
})

/** What a group is recorded as before its first generation. */
export const newGroupMetadata = (group: ClassicGroup): GroupMetadata => ({
  protocolType: '',
  generation: 0,
  protocol: null,
  leader: null,
  stateSince: group.stateSince,
  members: [],
})

export const transition = (group: ClassicGroup, to: ClassicState, now: number): void => {
  assert(VALID_BEFORE[to].includes(group.state), `a group may not go from ${group.state} to ${to}`)
  group.previous = group.state
  group.state = to
  group.stateSince = now
}

/** The members that rejoined become the next generation, if there are any. */
export const nextGeneration = (group: ClassicGroup, now: number): void => {
  group.generation++
  group.protocol = group.members.size === 0 ? null : selectProtocol(group)
  group.topics = subscribedTopics(group)
  transition(group, group.members.size === 0 ? 'Empty' : 'CompletingRebalance', now)
  group.pendingSyncs.clear()
}

export const addMember = (group: ClassicGroup, member: ClassicMember): void => {
  if (member.instanceId !== null) {
    assert(!group.staticMembers.has(member.instanceId), 'a static instance has one member')
    group.staticMembers.set(member.instanceId, member.id)
  }
  if (group.members.size === 0) group.protocolType = member.protocolType
  assert(group.protocolType === member.protocolType, 'the members of a group share a protocol type')
  group.leader ??= member.id
  group.members.set(member.id, member)
  countProtocols(group, member.protocols, 1)
  if (member.awaitingJoin !== null) group.awaitingJoin++
  group.pendingJoins.delete(member.id)
}

/** Also forgets a pending member. Whoever waits for an answer must have been answered. */
export const removeMember = (group: ClassicGroup, memberId: string): void => {
  const member = group.members.get(memberId)
  if (member !== undefined) {
    group.members.delete(memberId)
    countProtocols(group, member.protocols, -1)
    if (member.awaitingJoin !== null) group.awaitingJoin--
    if (member.instanceId !== null) group.staticMembers.delete(member.instanceId)
  }
  if (group.leader === memberId) group.leader = group.members.keys().next().value ?? null
  group.pendingJoins.delete(memberId)
  group.pendingSyncs.delete(memberId)
}

/** The same instance under a new member id, with nothing but its waiting left behind. */
export const renameStaticMember = (group: ClassicGroup, old: ClassicMember, memberId: string): ClassicMember => {
  assert(old.instanceId !== null && old.awaitingJoin === null, 'only a static member that was answered is renamed')
  const member: ClassicMember = { ...old, id: memberId, isNew: false, awaitingSync: null }
  const led = group.leader === old.id
  removeMember(group, old.id)
  addMember(group, member)
  if (led) group.leader = memberId
  return member
}

export const updateMember = (
  group: ClassicGroup,
  member: ClassicMember,
  to: Pick<ClassicMember, 'software' | 'protocols' | 'rebalanceTimeoutMs' | 'sessionTimeoutMs'>,
): void => {
  member.software = to.software
  countProtocols(group, member.protocols, -1)
  member.protocols = to.protocols
  countProtocols(group, member.protocols, 1)
  member.rebalanceTimeoutMs = to.rebalanceTimeoutMs
  member.sessionTimeoutMs = to.sessionTimeoutMs
}

export const setAwaitingJoin = (
  group: ClassicGroup,
  member: ClassicMember,
  ticket: Ticket<JoinResult> | null,
): void => {
  group.awaitingJoin += (ticket === null ? 0 : 1) - (member.awaitingJoin === null ? 0 : 1)
  member.awaitingJoin = ticket
}

export const allJoined = (group: ClassicGroup): boolean =>
  group.members.size === group.awaitingJoin && group.pendingJoins.size === 0

/** The slowest member decides. */
export const rebalanceTimeoutMs = (group: ClassicGroup): number => {
  let most = 0
  for (const member of group.members.values()) most = Math.max(most, member.rebalanceTimeoutMs)
  return most
}

/** Keeps the leader if he has rejoined, else takes the first who has. False when nobody has. */
export const electJoinedLeader = (group: ClassicGroup): boolean => {
  if (group.leader === null) return false
  if ((group.members.get(group.leader)?.awaitingJoin ?? null) !== null) return true
  for (const member of group.members.values()) {
    if (member.awaitingJoin === null) continue
    group.leader = member.id
    return true
  }
  return false
}

/** Of the member named in a request; `NONE` when it is one, and the one its instance id stands for. */
export const memberError = (group: ClassicGroup, memberId: string, instanceId: string | null): ErrorCode => {
  if (instanceId !== null) {
    const mapped = group.staticMembers.get(instanceId)
    if (mapped === undefined) return 'UNKNOWN_MEMBER_ID'
    if (mapped !== memberId) return 'FENCED_INSTANCE_ID'
  }
  return group.members.has(memberId) ? 'NONE' : 'UNKNOWN_MEMBER_ID'
}

/** Null when the group is not one of consumers, or what they subscribe to cannot be read. */
const subscribedTopics = (group: ClassicGroup): ReadonlySet<string> | null => {
  if (group.protocolType !== CONSUMER_PROTOCOL_TYPE) return null
  return readSubscriptions([...group.members.values()].map((member) => metadataOf(group, member)))
}

/** A group of consumers whose subscription cannot be read may be subscribed to anything. */
export const isSubscribedTo = (group: ClassicGroup, topic: string): boolean =>
  group.topics?.has(topic) ?? group.protocolType === CONSUMER_PROTOCOL_TYPE

export const joinedMembers = (group: ClassicGroup): readonly JoinedMember[] =>
  [...group.members.values()].map((member) => ({
    memberId: member.id,
    instanceId: member.instanceId,
    metadata: metadataOf(group, member),
  }))

/** For the protocol that the group has chosen. */
export const metadataOf = (group: ClassicGroup, member: ClassicMember): Buffer => {
  const chosen = member.protocols.find(({ name }) => name === (group.protocol ?? ''))
  assert(chosen !== undefined, 'every member supports the chosen protocol')
  return chosen.metadata
}
