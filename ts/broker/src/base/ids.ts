/**
 * Branded identifiers: a group id cannot be passed where a member id is meant, at no cost at run time.
 *
 * A 128-bit id travels through this half as Kafka prints it: 22 characters of base64url without padding.
 */
import { randomBytes } from 'node:crypto'

declare const brand: unique symbol
type Brand<Base, Name extends string> = Base & { readonly [brand]: Name }

export type Uuid = Brand<string, 'Uuid'>
export type TopicId = Uuid
export type GroupId = Brand<string, 'GroupId'>
export type MemberId = Brand<string, 'MemberId'>
export type BrokerId = Brand<number, 'BrokerId'>
export type PartitionIndex = Brand<number, 'PartitionIndex'>
export type LeaderEpoch = Brand<number, 'LeaderEpoch'>

export const groupId = (value: string): GroupId => value as GroupId
export const memberId = (value: string): MemberId => value as MemberId
export const brokerId = (value: number): BrokerId => value as BrokerId
export const partitionIndex = (value: number): PartitionIndex => value as PartitionIndex
export const leaderEpoch = (value: number): LeaderEpoch => value as LeaderEpoch

export const UUID_BYTES = 16
const UUID_PATTERN = /^[A-Za-z0-9_-]{21}[AQgw]$/

/** Stands for "no id" on the wire. */
export const ZERO_TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAA' as TopicId

/** Ids that Kafka keeps for itself: zero, one and the metadata topic. All begin with fifteen zero bytes. */
const RESERVED_PREFIX = 'AAAAAAAAAAAAAAAAAAAA'

export const isUuid = (text: string): text is Uuid => UUID_PATTERN.test(text)

export const topicIdToBytes = (id: TopicId): Buffer => Buffer.from(id, 'base64url')

export const topicIdFromBytes = (bytes: Uint8Array): TopicId =>
  Buffer.from(bytes.buffer, bytes.byteOffset, UUID_BYTES).toString('base64url') as TopicId

/** A fresh id, never a reserved one, and never with a leading dash, which command lines take for an option. */
export const randomTopicId = (random: (bytes: number) => Buffer = randomBytes): TopicId => {
  for (;;) {
    const id = topicIdFromBytes(random(UUID_BYTES))
    if (!id.startsWith('-') && !id.startsWith(RESERVED_PREFIX)) return id
  }
}
