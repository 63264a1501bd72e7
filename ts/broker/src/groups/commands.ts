/** What can be asked of a shard of groups, by clients and by its own timers, and what it answers. */
import type { ErrorCode } from '../base/error-codes.ts'
import type { TopicId } from '../base/ids.ts'
import type { Draft, Ticket } from '../coordinator/shard.ts'
import type { ClientSoftware } from '../engine/requests.ts'
import type { GroupRecord } from './group.ts'

export interface Protocol {
  readonly name: string
  readonly metadata: Buffer
}

export interface JoinRequest {
  readonly groupId: string
  /** Empty for a member that has no id yet. */
  readonly memberId: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly software: ClientSoftware | null
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly protocolType: string
  /** Most wanted first. */
  readonly protocols: readonly Protocol[]
  /** JoinGroup v4: a dynamic member is told its id first and joins with it. */
  readonly needsKnownMemberId: boolean
  /** JoinGroup v9: a returning static leader may be told to skip its assignment. */
  readonly canSkipAssignment: boolean
  /** Randomness is an argument: ends the member id, if one has to be made. */
  readonly memberIdSuffix: string
}

export interface JoinedMember {
  readonly memberId: string
  readonly instanceId: string | null
  readonly metadata: Buffer
}

export interface JoinResult {
  readonly error: ErrorCode
  readonly memberId: string
  readonly generation: number
  readonly protocolType: string | null
  readonly protocol: string | null
  readonly leader: string
  readonly skipAssignment: boolean
  /** For the leader alone. */
  readonly members: readonly JoinedMember[]
}

export interface SyncRequest {
  readonly groupId: string
  readonly memberId: string
  readonly instanceId: string | null
  readonly generation: number
  readonly protocolType: string | null
  readonly protocol: string | null
  readonly assignments: readonly { readonly memberId: string; readonly assignment: Buffer }[]
}

export interface SyncResult {
  readonly error: ErrorCode
  readonly protocolType: string | null
  readonly protocol: string | null
  readonly assignment: Buffer
}

export interface HeartbeatRequest {
  readonly groupId: string
  readonly memberId: string
  readonly instanceId: string | null
  readonly generation: number
}

export interface LeavingMember {
  /** Empty when an administrator removes a static member by its instance id. */
  readonly memberId: string
  readonly instanceId: string | null
}

export interface LeaveRequest {
  readonly groupId: string
  readonly members: readonly LeavingMember[]
}

export type LeaveResult = readonly (LeavingMember & { readonly error: ErrorCode })[]

export interface CommitPartition {
  readonly partition: number
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string | null
}

export interface CommitTopic {
  readonly topicId: TopicId
  readonly name: string
  readonly partitions: readonly CommitPartition[]
}

export interface CommitRequest {
  readonly groupId: string
  readonly memberId: string
  readonly instanceId: string | null
  readonly generation: number
  /** -1: the broker's own retention holds. Up to OffsetCommit v4 a client could name its own. */
  readonly retentionMs: number
  /** OffsetCommit v9 knows the code for a group that does not exist. */
  readonly knowsGroupIdNotFound: boolean
  readonly topics: readonly CommitTopic[]
}

export interface PartitionError {
  readonly partition: number
  readonly error: ErrorCode
}

export type TopicErrors = readonly {
  readonly name: string
  readonly topicId: TopicId
  readonly partitions: readonly PartitionError[]
}[]

export interface DeleteOffsetsRequest {
  readonly groupId: string
  readonly topics: readonly { readonly name: string; readonly partitions: readonly number[] }[]
}

export interface DeletedTopic {
  readonly id: TopicId
  readonly name: string
}

export type GroupCommand =
  | { readonly type: 'join'; readonly ticket: Ticket<JoinResult>; readonly request: JoinRequest }
  | { readonly type: 'sync'; readonly ticket: Ticket<SyncResult>; readonly request: SyncRequest }
  | { readonly type: 'heartbeat'; readonly ticket: Ticket<ErrorCode>; readonly request: HeartbeatRequest }
  | { readonly type: 'leave'; readonly ticket: Ticket<LeaveResult>; readonly request: LeaveRequest }
  | { readonly type: 'commit'; readonly ticket: Ticket<TopicErrors>; readonly request: CommitRequest }
  | { readonly type: 'delete-group'; readonly ticket: Ticket<ErrorCode>; readonly groupId: string }
  | { readonly type: 'delete-offsets'; readonly ticket: Ticket<TopicErrors>; readonly request: DeleteOffsetsRequest }
  | { readonly type: 'topics-deleted'; readonly topics: readonly DeletedTopic[] }
  | { readonly type: 'expire' }
  | { readonly type: 'session-over'; readonly groupId: string; readonly memberId: string }
  | { readonly type: 'join-delay-over'; readonly groupId: string; readonly delayMs: number; readonly leftMs: number }
  | { readonly type: 'join-deadline'; readonly groupId: string }
  | { readonly type: 'sync-deadline'; readonly groupId: string; readonly generation: number }
  | AssignmentStored
  | AssignmentFailed
  | StaticMemberStored
  | StaticMemberFailed

export interface AssignmentStored {
  readonly type: 'assignment-stored'
  readonly groupId: string
  readonly generation: number
  readonly assignments: ReadonlyMap<string, Buffer>
}

export interface AssignmentFailed {
  readonly type: 'assignment-failed'
  readonly groupId: string
  readonly generation: number
  readonly error: ErrorCode
}

export interface StaticMemberStored {
  readonly type: 'static-member-stored'
  readonly groupId: string
  readonly memberId: string
  readonly canSkipAssignment: boolean
  /** Who led before; all that clients up to JoinGroup v8 may know. */
  readonly leaderBefore: string
}

export interface StaticMemberFailed {
  readonly type: 'static-member-failed'
  readonly groupId: string
  readonly memberId: string
  readonly leaderBefore: string
  readonly before: {
    readonly memberId: string
    readonly software: ClientSoftware | null
    readonly protocols: readonly Protocol[]
    readonly rebalanceTimeoutMs: number
    readonly sessionTimeoutMs: number
  }
  readonly error: ErrorCode
}

export interface GroupSettings {
  readonly sessionTimeoutMsMin: number
  readonly sessionTimeoutMsMax: number
  readonly initialRebalanceDelayMs: number
  readonly membersMax: number
  readonly offsetMetadataMax: number
  readonly offsetsRetentionMs: number
  readonly offsetsRetentionCheckMs: number
}

/** What every operation works with: where its outcome gathers, the time, the settings. */
export interface Turn {
  readonly draft: Draft<GroupCommand, GroupRecord>
  readonly now: number
  readonly settings: GroupSettings
}
