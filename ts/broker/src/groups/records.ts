/**
 * Records of `__consumer_offsets` as Kafka writes them, so that its tools read ours and we read its. The key begins
 * with its kind, the value with its version:
 *
 * ```
 * key 0, 1: group, topic, partition -> offset and metadata, versions 0-4
 * key 2:    group                   -> group metadata, versions 0-4
 * ```
 *
 * Other kinds belong to other group types and are skipped, as are values of a version that a newer broker wrote: one
 * such record must not keep all groups of a partition from loading.
 */
import type { RecordCodec, StoredRecord } from '../coordinator/shard.ts'
import {
  groupMetadataKey,
  groupMetadataValue,
  offsetCommitKey,
  offsetCommitValue,
} from '../messages/internal/groups.ts'
import { readVersioned, writeVersioned } from '../wire/codec.ts'
import type { Message } from '../wire/schema.ts'
import { UNKNOWN_TIME, type CommittedOffset, type GroupMetadata, type GroupRecord } from './group.ts'

const OFFSET_KEYS = new Set([0, 1])
const OFFSET_KEY = 1
const GROUP_KEY = 2

/** As Kafka 4.3 writes them; the first is the last version that can hold an expiry time. */
const OFFSET_VALUE_WITH_EXPIRY = 1
const OFFSET_VALUE = 4
const GROUP_VALUE = 3

export const groupRecordCodec: RecordCodec<GroupRecord> = {
  encode: (record) => (record.kind === 'group' ? encodeGroup(record) : encodeOffset(record)),
  decode({ key, value }) {
    const kind = key.length < 2 ? -1 : key.readInt16BE(0)
    if (OFFSET_KEYS.has(kind)) return isKnown(offsetCommitValue, value) ? decodeOffset(key, value) : null
    return kind === GROUP_KEY && isKnown(groupMetadataValue, value) ? decodeGroup(key, value) : null
  },
}

/** A deletion has no version. */
const isKnown = ({ versions: [first, last] }: Message, value: Buffer | null): boolean => {
  if (value === null || value.length < 2) return true
  const version = value.readInt16BE(0)
  return version >= first && version <= last
}

const encodeOffset = ({ groupId, topic, partition, value }: GroupRecord & { kind: 'offset' }): StoredRecord => {
  const key = writeVersioned(offsetCommitKey, OFFSET_KEY, { group: groupId, topic, partition })
  if (value === null) return { key, value: null }
  const { offset, leaderEpoch, metadata, committedAt, expiresAt, topicId } = value
  const fields = { offset, leaderEpoch, metadata, commitTimestamp: committedAt, expireTimestamp: expiresAt, topicId }
  const version = expiresAt === UNKNOWN_TIME ? OFFSET_VALUE : OFFSET_VALUE_WITH_EXPIRY
  return { key, value: writeVersioned(offsetCommitValue, version, fields) }
}

const decodeOffset = (key: Buffer, value: Buffer | null): GroupRecord => {
  const { group, topic, partition } = readVersioned(offsetCommitKey, key).value
  return { kind: 'offset', groupId: group, topic, partition, value: value === null ? null : readOffset(value) }
}

const readOffset = (bytes: Buffer): CommittedOffset => {
  const { offset, leaderEpoch, metadata, commitTimestamp, expireTimestamp, topicId } = readVersioned(
    offsetCommitValue,
    bytes,
  ).value
  return { offset, leaderEpoch, metadata, committedAt: commitTimestamp, expiresAt: expireTimestamp, topicId }
}

const encodeGroup = ({ groupId, value }: GroupRecord & { kind: 'group' }): StoredRecord => {
  const key = writeVersioned(groupMetadataKey, GROUP_KEY, { group: groupId })
  if (value === null) return { key, value: null }
  const { protocolType, generation, protocol, leader, stateSince, members } = value
  return {
    key,
    value: writeVersioned(groupMetadataValue, GROUP_VALUE, {
      protocolType,
      generation,
      protocol,
      leader,
      currentStateTimestamp: stateSince,
      members: members.map((member) => ({
        memberId: member.memberId,
        groupInstanceId: member.instanceId,
        clientId: member.clientId,
        clientHost: member.clientHost,
        rebalanceTimeout: member.rebalanceTimeoutMs,
        sessionTimeout: member.sessionTimeoutMs,
        subscription: member.subscription,
        assignment: member.assignment,
      })),
    }),
  }
}

const decodeGroup = (key: Buffer, value: Buffer | null): GroupRecord => {
  const { group } = readVersioned(groupMetadataKey, key).value
  return { kind: 'group', groupId: group, value: value === null ? null : readGroup(value) }
}

const readGroup = (bytes: Buffer): GroupMetadata => {
  const read = readVersioned(groupMetadataValue, bytes).value
  return {
    protocolType: read.protocolType,
    generation: read.generation,
    protocol: read.protocol,
    leader: read.leader,
    stateSince: read.currentStateTimestamp,
    members: read.members.map((member) => ({
      memberId: member.memberId,
      instanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      // Version 0 knows one timeout for both.
      rebalanceTimeoutMs: member.rebalanceTimeout < 0 ? member.sessionTimeout : member.rebalanceTimeout,
      sessionTimeoutMs: member.sessionTimeout,
      subscription: member.subscription,
      assignment: member.assignment,
    })),
  }
}
