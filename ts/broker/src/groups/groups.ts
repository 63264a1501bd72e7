/**
 * The group coordinator of this broker: what handlers call. It finds the shard of a group, checks what needs no
 * state, and turns every failure into the answer that the protocol has for it.
 */
import type { ErrorCode } from '../base/error-codes.ts'
import type { Clock } from '../base/clock.ts'
import { BrokerError } from '../base/errors.ts'
import { ZERO_TOPIC_ID, type BrokerId } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import type { ClusterImage, PartitionImage } from '../cluster/image.ts'
import type { RecordsPort } from '../coordinator/records-port.ts'
import { Runtime } from '../coordinator/runtime.ts'
import { MEMBER_PROTOCOL_BYTES_MAX } from './classic/join.ts'
import { protocolBytes } from './classic/protocols.ts'
import { joinError, syncError } from './classic/rebalance.ts'
import type {
  CommitRequest,
  DeletedTopic,
  DeleteOffsetsRequest,
  GroupCommand,
  GroupSettings,
  HeartbeatRequest,
  JoinRequest,
  JoinResult,
  LeaveRequest,
  LeaveResult,
  SyncRequest,
  SyncResult,
  TopicErrors,
} from './commands.ts'
import { describeGroup, listGroups, type DescribedGroup, type GroupFilter, type ListedGroup } from './describe.ts'
import { readAllOffsets, readOffsets, type FetchedTopic } from './fetch-offsets.ts'
import { groupShard } from './group-shard.ts'
import type { GroupRecord, GroupsState } from './group.ts'
import { sortTopics, type NamedTopic } from './named-topics.ts'
import { OffsetsTopic } from './offsets-topic.ts'
import { groupRecordCodec } from './records.ts'

export interface GroupsOptions {
  readonly brokerId: BrokerId
  readonly records: RecordsPort
  readonly image: () => ClusterImage
  readonly clock: Clock
  readonly logger: Logger
  readonly settings: GroupSettings
  /** Creates `__consumer_offsets`; resolves when the image has it. */
  readonly ensureTopic: () => Promise<void>
  /** Hands the requests that have arrived to their handlers before it returns; see coordinator/timers.ts. */
  readonly pump: () => void
  /** Ends the id of a new member. */
  readonly randomId: () => string
}

export interface GroupError {
  readonly groupId: string
  readonly error: ErrorCode
}

/** `topics` null: all that the group has committed. */
export interface FetchOffsetsRequest {
  readonly groupId: string
  readonly topics: readonly NamedTopic<number>[] | null
  readonly byId: boolean
}

export interface FetchOffsetsResult {
  readonly error: ErrorCode
  readonly topics: readonly FetchedTopic[]
}

export interface Groups {
  /** Loads what this broker leads. */
  start(): Promise<void>
  stop(): void
  /** To be told of every image: partitions may have come or gone, and the offsets of deleted topics go. */
  imageChanged(before: ClusterImage, after: ClusterImage): void
  /** Throws COORDINATOR_NOT_AVAILABLE while there is no topic. */
  coordinatorOf(groupId: string): PartitionImage
  join(request: Omit<JoinRequest, 'memberIdSuffix'>): Promise<JoinResult>
  sync(request: SyncRequest): Promise<SyncResult>
  heartbeat(request: HeartbeatRequest): Promise<ErrorCode>
  /** Rejects when the request as a whole fails. */
  leave(request: LeaveRequest): Promise<LeaveResult>
  commitOffsets(request: CommitRequest, byId: boolean): Promise<TopicErrors>
  fetchOffsets(request: FetchOffsetsRequest): FetchOffsetsResult
  describe(groupId: string): DescribedGroup | ErrorCode
  /** Throws while a partition is being loaded. */
  list(filter: GroupFilter): readonly ListedGroup[]
  deleteGroups(groupIds: readonly string[]): Promise<readonly GroupError[]>
  /** Rejects when the request as a whole fails. */
  deleteOffsets(request: DeleteOffsetsRequest): Promise<TopicErrors>
}

export const createGroups = (options: GroupsOptions): Groups => {
  const { image, clock, logger, settings } = options
  const runtime = new Runtime<GroupsState, GroupCommand, GroupRecord>({
    shard: groupShard(settings, groupRecordCodec),
    port: options.records,
    clock,
    logger,
    pump: options.pump,
  })
  const { brokerId, ensureTopic } = options
  const topic = new OffsetsTopic({ brokerId, image, ensureTopic, shards: runtime, logger })

  const submit = async <Result>(groupId: string, make: Parameters<typeof runtime.submit<Result>>[1]): Promise<Result> =>
    runtime.submit<Result>(topic.partitionOf(groupId), make)

  return {
    start: () => topic.refresh(),
    stop: () => topic.stop(),
    imageChanged(before, after) {
      void topic.refresh()
      const topics = deletedTopics(before, after)
      if (topics.length > 0) runtime.tellAll({ type: 'topics-deleted', topics })
    },
    coordinatorOf: (groupId) => topic.partitionImageOf(groupId),
    async join(request) {
      const error = joinRequestError(settings, request)
      if (error !== 'NONE') return joinError(error, request.memberId)
      try {
        const full: JoinRequest = { ...request, memberIdSuffix: options.randomId() }
        return await submit<JoinResult>(request.groupId, (ticket) => ({ type: 'join', ticket, request: full }))
      } catch (thrown) {
        return joinError(BrokerError.from(thrown).code, '')
      }
    },
    async sync(request) {
      try {
        checkGroupId(request.groupId)
        return await submit<SyncResult>(request.groupId, (ticket) => ({ type: 'sync', ticket, request }))
      } catch (thrown) {
        return syncError(BrokerError.from(thrown).code)
      }
    },
    async heartbeat(request) {
      try {
        checkGroupId(request.groupId)
        return await submit<ErrorCode>(request.groupId, (ticket) => ({ type: 'heartbeat', ticket, request }))
      } catch (thrown) {
        const { code } = BrokerError.from(thrown)
        // The member's session starts anew when loading ends: nothing is lost, so it goes on.
        return code === 'COORDINATOR_LOAD_IN_PROGRESS' ? 'NONE' : code
      }
    },
    async leave(request) {
      checkGroupId(request.groupId)
      return submit<LeaveResult>(request.groupId, (ticket) => ({ type: 'leave', ticket, request }))
    },
    async commitOffsets(request, byId) {
      const { known, complete } = sortTopics(image(), request.topics, byId, ({ partition }) => partition)
      if (known.length === 0) return complete([])
      try {
        const full: CommitRequest = { ...request, topics: known }
        return complete(
          await submit<TopicErrors>(request.groupId, (ticket) => ({ type: 'commit', ticket, request: full })),
        )
      } catch (thrown) {
        const error = BrokerError.from(thrown).code
        return complete(
          known.map((each) => ({
            ...each,
            partitions: each.partitions.map(({ partition }) => ({ partition, error })),
          })),
        )
      }
    },
    fetchOffsets({ groupId, topics, byId }) {
      try {
        const partition = topic.partitionOf(groupId)
        const read = runtime.read(partition, (state, before) =>
          topics === null
            ? readAllOffsets(image(), state, before, groupId, byId)
            : readOffsets(image(), state, before, groupId, topics, byId),
        )
        return { error: 'NONE', topics: read }
      } catch (thrown) {
        return { error: BrokerError.from(thrown).code, topics: [] }
      }
    },
    describe(groupId) {
      try {
        const partition = topic.partitionOf(groupId)
        return runtime.read(partition, (state, before) => describeGroup(state, before, groupId)) ?? 'GROUP_ID_NOT_FOUND'
      } catch (thrown) {
        return BrokerError.from(thrown).code
      }
    },
    list: (filter) =>
      runtime.partitions.flatMap((partition) =>
        runtime.read(partition, (state, before) => listGroups(state, before, filter)),
      ),
    deleteGroups: (groupIds) =>
      Promise.all(
        [...new Set(groupIds)].map(async (groupId) => {
          try {
            const error = await submit<ErrorCode>(groupId, (ticket) => ({ type: 'delete-group', ticket, groupId }))
            return { groupId, error }
          } catch (thrown) {
            return { groupId, error: BrokerError.from(thrown).code }
          }
        }),
      ),
    async deleteOffsets(request) {
      checkGroupId(request.groupId)
      const named = request.topics.map((each) => ({ ...each, topicId: ZERO_TOPIC_ID }))
      const { known, complete } = sortTopics(image(), named, false, (partition) => partition)
      const full: DeleteOffsetsRequest = { ...request, topics: known }
      return complete(
        await submit<TopicErrors>(request.groupId, (ticket) => ({ type: 'delete-offsets', ticket, request: full })),
      )
    },
  }
}

const deletedTopics = (before: ClusterImage, after: ClusterImage): readonly DeletedTopic[] => {
  const deleted: DeletedTopic[] = []
  for (const id of before.topicsById.changedKeys(after.topicsById)) {
    const topic = before.topicsById.get(id)
    if (topic !== undefined && !after.topicsById.has(id)) deleted.push({ id: topic.id, name: topic.name })
  }
  return deleted
}

const checkGroupId = (groupId: string): void => {
  if (groupId === '') throw new BrokerError('INVALID_GROUP_ID')
}

const joinRequestError = (settings: GroupSettings, request: Omit<JoinRequest, 'memberIdSuffix'>): ErrorCode => {
  const { groupId, sessionTimeoutMs, protocols } = request
  if (groupId === '') return 'INVALID_GROUP_ID'
  if (sessionTimeoutMs < settings.sessionTimeoutMsMin || sessionTimeoutMs > settings.sessionTimeoutMsMax) {
    return 'INVALID_SESSION_TIMEOUT'
  }
  return protocolBytes(protocols) > MEMBER_PROTOCOL_BYTES_MAX ? 'INVALID_REQUEST' : 'NONE'
}
