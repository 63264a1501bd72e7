/**
 * A group as its partition of `__consumer_offsets` records it, and the records that change it. Only `applyRecord`
 * changes what is recorded. Who waits, who is about to join and which deadline runs is not recorded: that is the
 * live part, `classic/state.ts`, built anew from the records when a broker takes over.
 */
import type { TopicId } from '../base/ids.ts'
import type { ClassicGroup } from './classic/state.ts'

export interface RecordedMember {
  readonly memberId: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly rebalanceTimeoutMs: number
  readonly sessionTimeoutMs: number
  readonly subscription: Buffer
  readonly assignment: Buffer
}

export interface GroupMetadata {
  /** Empty for a group that never had members. */
  readonly protocolType: string
  readonly generation: number
  readonly protocol: string | null
  readonly leader: string | null
  /** When the group came to its state; UNKNOWN_TIME in what old brokers wrote. */
  readonly stateSince: number
  readonly members: readonly RecordedMember[]
}

export interface CommittedOffset {
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string
  readonly committedAt: number
  /** From old clients that fixed a time of their own; else UNKNOWN_TIME. */
  readonly expiresAt: number
  /** ZERO_TOPIC_ID in what brokers before Kafka 4.1 wrote. */
  readonly topicId: TopicId
}

export const UNKNOWN_TIME = -1

export type GroupRecord =
  | { readonly kind: 'group'; readonly groupId: string; readonly value: GroupMetadata | null }
  | {
      readonly kind: 'offset'
      readonly groupId: string
      readonly topic: string
      readonly partition: number
      readonly value: CommittedOffset | null
    }

/** A group without metadata is a simple one: it has offsets and never had members. */
export interface RecordedGroup {
  metadata: GroupMetadata | null
  readonly offsets: Map<string, Map<number, CommittedOffset>>
}

export interface GroupsState {
  readonly recorded: Map<string, RecordedGroup>
  /** Present only where something beyond the record is known. KIP-848 groups will be the other kind of value. */
  readonly live: Map<string, ClassicGroup>
}

export const emptyGroups = (): GroupsState => ({ recorded: new Map(), live: new Map() })

export const groupKey = (groupId: string): string => `g\0${groupId}`

export const offsetKey = (groupId: string, topic: string, partition: number): string =>
  `o\0${groupId}\0${topic}\0${partition}`

export const keyOfRecord = (record: GroupRecord): string =>
  record.kind === 'group' ? groupKey(record.groupId) : offsetKey(record.groupId, record.topic, record.partition)

export const committedOffset = (
  group: RecordedGroup | undefined,
  topic: string,
  partition: number,
): CommittedOffset | undefined => group?.offsets.get(topic)?.get(partition)

/** Changes what is recorded and returns the record that changes it back. */
export const applyRecord = (state: GroupsState, record: GroupRecord): GroupRecord =>
  record.kind === 'group' ? applyGroup(state, record) : applyOffset(state, record)

const applyGroup = (state: GroupsState, record: GroupRecord & { kind: 'group' }): GroupRecord => {
  const group = state.recorded.get(record.groupId)
  const before = group?.metadata ?? null
  if (record.value !== null) recordedGroup(state, record.groupId).metadata = record.value
  // Offsets outlive the record of a group whose members moved to another kind of group.
  else if (group !== undefined && group.offsets.size > 0) group.metadata = null
  else state.recorded.delete(record.groupId)
  return { ...record, value: before }
}

const applyOffset = (state: GroupsState, record: GroupRecord & { kind: 'offset' }): GroupRecord => {
  const { groupId, topic, partition, value } = record
  const before = committedOffset(state.recorded.get(groupId), topic, partition) ?? null
  if (value !== null) {
    const { offsets } = recordedGroup(state, groupId)
    const ofTopic = offsets.get(topic)
    if (ofTopic === undefined) offsets.set(topic, new Map([[partition, value]]))
    else ofTopic.set(partition, value)
  } else if (before !== null) {
    const offsets = state.recorded.get(groupId)?.offsets
    const ofTopic = offsets?.get(topic)
    ofTopic?.delete(partition)
    if (ofTopic?.size === 0) offsets?.delete(topic)
  }
  return { ...record, value: before }
}

const recordedGroup = (state: GroupsState, groupId: string): RecordedGroup => {
  const known = state.recorded.get(groupId)
  if (known !== undefined) return known
  const group: RecordedGroup = { metadata: null, offsets: new Map() }
  state.recorded.set(groupId, group)
  return group
}
