/** Committed offsets: who may commit and delete them, and when they expire. */
import type { ErrorCode } from '../base/error-codes.ts'
import { BrokerError } from '../base/errors.ts'
import { ZERO_TOPIC_ID } from '../base/ids.ts'
import type {
  CommitPartition,
  CommitRequest,
  CommitTopic,
  DeletedTopic,
  DeleteOffsetsRequest,
  TopicErrors,
  Turn,
} from './commands.ts'
import { restartSession } from './classic/rebalance.ts'
import { CONSUMER_PROTOCOL_TYPE, isSubscribedTo, memberError, type ClassicGroup } from './classic/state.ts'
import { committedOffset, UNKNOWN_TIME, type CommittedOffset, type GroupRecord, type RecordedGroup } from './group.ts'

/** Tombstones of one batch; the rest follows in the next. Keys dominate, so characters stand for bytes. */
const TOMBSTONE_BYTES_PER_TURN = 256 * 1024
const TOMBSTONE_BYTES = 64
const UTF8_BYTES_PER_CHARACTER_MAX = 3

/** Everything about a commit that does not depend on the partition; null stands for a group that does not exist. */
export const commitError = (group: ClassicGroup | null, request: CommitRequest): ErrorCode => {
  const { memberId, instanceId, generation } = request
  if (group === null) {
    // Without a generation it is a commit by hand, which makes a simple group.
    if (generation < 0) return 'NONE'
    return request.knowsGroupIdNotFound ? 'GROUP_ID_NOT_FOUND' : 'ILLEGAL_GENERATION'
  }
  if (generation < 0 && group.state === 'Empty') return 'NONE'
  if (generation < 0 && memberId === '' && instanceId === null) return 'UNKNOWN_MEMBER_ID'
  const error = memberError(group, memberId, instanceId)
  if (error !== 'NONE') return error
  if (generation !== group.generation) return 'ILLEGAL_GENERATION'
  return group.state === 'CompletingRebalance' ? 'REBALANCE_IN_PROGRESS' : 'NONE'
}

/** A commit also shows that the member lives. */
export const commit = (turn: Turn, group: ClassicGroup | null, request: CommitRequest): TopicErrors => {
  const error = commitError(group, request)
  if (error !== 'NONE') throw new BrokerError(error)
  const member = group?.members.get(request.memberId)
  if (group !== null && member !== undefined) restartSession(turn, group, member)
  return request.topics.map((topic) => ({
    name: topic.name,
    topicId: topic.topicId,
    partitions: topic.partitions.map((committed) => ({
      partition: committed.partition,
      error: commitPartition(turn, request, topic, committed),
    })),
  }))
}

/** In a request that fixes no time of its own. */
const NO_RETENTION = -1

const commitPartition = (
  { draft, now, settings }: Turn,
  { groupId, retentionMs }: CommitRequest,
  { name, topicId }: CommitTopic,
  { partition, offset, leaderEpoch, metadata }: CommitPartition,
): ErrorCode => {
  if ((metadata?.length ?? 0) > settings.offsetMetadataMax) return 'OFFSET_METADATA_TOO_LARGE'
  const value: CommittedOffset = {
    offset,
    leaderEpoch,
    metadata: metadata ?? '',
    committedAt: now,
    expiresAt: retentionMs === NO_RETENTION ? UNKNOWN_TIME : Math.min(now + retentionMs, Number.MAX_SAFE_INTEGER),
    topicId,
  }
  draft.record({ kind: 'offset', groupId, topic: name, partition, value })
  return 'NONE'
}

/** Offsets of a group with members can only be deleted where they are consumers and subscribe to something else. */
export const deleteOffsets = (
  { draft }: Turn,
  recorded: RecordedGroup,
  group: ClassicGroup,
  { groupId, topics }: DeleteOffsetsRequest,
): TopicErrors => {
  if (group.state !== 'Empty' && group.protocolType !== CONSUMER_PROTOCOL_TYPE) throw new BrokerError('NON_EMPTY_GROUP')
  return topics.map(({ name, partitions }) => {
    const error: ErrorCode = isSubscribedTo(group, name) ? 'GROUP_SUBSCRIBED_TO_TOPIC' : 'NONE'
    for (const partition of error === 'NONE' ? partitions : []) {
      if (committedOffset(recorded, name, partition) !== undefined) draft.record(tombstone(groupId, name, partition))
    }
    return { name, topicId: ZERO_TOPIC_ID, partitions: partitions.map((partition) => ({ partition, error })) }
  })
}

export const tombstone = (groupId: string, topic: string, partition: number): GroupRecord => ({
  kind: 'offset',
  groupId,
  topic,
  partition,
  value: null,
})

export const allOffsets = function* (group: RecordedGroup): Iterable<readonly [string, number, CommittedOffset]> {
  for (const [topic, partitions] of group.offsets) {
    for (const [partition, offset] of partitions) yield [topic, partition, offset]
  }
}

/** Whether the batch of this turn has taken all the tombstones it should. */
export const isFull = (taken: number): boolean => taken >= TOMBSTONE_BYTES_PER_TURN

export const tombstoneBytes = (groupId: string, topic: string): number =>
  TOMBSTONE_BYTES + UTF8_BYTES_PER_CHARACTER_MAX * (groupId.length + topic.length)

/**
 * Since when the retention of an offset runs. Null: it does not run. It starts when the last member left; for a
 * group that never had members, and for what a stable group of consumers no longer subscribes to, when the offset
 * was committed.
 */
const retentionStart = (group: ClassicGroup, offset: CommittedOffset): number | null => {
  if (group.protocolType === null) return offset.committedAt
  if (group.state === 'Empty') return group.stateSince === UNKNOWN_TIME ? offset.committedAt : group.stateSince
  if (group.protocolType === CONSUMER_PROTOCOL_TYPE && group.topics !== null && group.state === 'Stable') {
    return offset.committedAt
  }
  return null
}

export const isExpired = (turn: Turn, group: ClassicGroup, topic: string, offset: CommittedOffset): boolean => {
  const start = retentionStart(group, offset)
  if (start === null || isSubscribedTo(group, topic)) return false
  if (offset.expiresAt !== UNKNOWN_TIME) return turn.now >= offset.expiresAt
  return turn.now - start >= turn.settings.offsetsRetentionMs
}

/** An offset without an id belongs to whatever topic had the name. */
export const belongsTo = (topic: string, offset: CommittedOffset, deleted: readonly DeletedTopic[]): boolean =>
  deleted.some(({ id, name }) => name === topic && (offset.topicId === ZERO_TOPIC_ID || offset.topicId === id))
