/** Reading committed offsets: what is stored, not what is only decided. */
import type { ErrorCode } from '../base/error-codes.ts'
import { ZERO_TOPIC_ID, type TopicId } from '../base/ids.ts'
import type { ClusterImage } from '../cluster/image.ts'
import { committedOffset, offsetKey, type CommittedOffset, type GroupRecord, type GroupsState } from './group.ts'
import type { NamedTopic } from './named-topics.ts'
import { allOffsets } from './offsets.ts'

export interface FetchedPartition {
  readonly partition: number
  readonly error: ErrorCode
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string
}

export interface FetchedTopic {
  readonly name: string
  readonly topicId: TopicId
  readonly partitions: readonly FetchedPartition[]
}

type Before = (key: string) => GroupRecord | undefined

/** Nothing committed is not an error. As in Kafka, topics that are not known come last. */
export const readOffsets = (
  image: ClusterImage,
  state: GroupsState,
  before: Before,
  groupId: string,
  topics: readonly NamedTopic<number>[],
  byId: boolean,
): readonly FetchedTopic[] => {
  const group = state.recorded.get(groupId)
  const known: FetchedTopic[] = []
  const unknown: FetchedTopic[] = []
  for (const { name: given, topicId, partitions } of topics) {
    const name = byId ? image.topicsById.get(topicId)?.name : given
    if (name === undefined) {
      const refused = partitions.map((partition) => none(partition, 'UNKNOWN_TOPIC_ID'))
      unknown.push({ name: given, topicId, partitions: refused })
      continue
    }
    const current = byId ? topicId : (image.topicsByName.get(name)?.id ?? ZERO_TOPIC_ID)
    known.push({
      name,
      topicId,
      partitions: partitions.map((partition) => {
        const newest = committedOffset(group, name, partition)
        const offset = stored(before, groupId, name, partition, newest)
        return offset === undefined || isOfAnotherTopic(offset, current) ? none(partition) : found(partition, offset)
      }),
    })
  }
  return [...known, ...unknown]
}

/** Everything the group has committed. Answered by id, a topic that is gone cannot be named, and is left out. */
export const readAllOffsets = (
  image: ClusterImage,
  state: GroupsState,
  before: Before,
  groupId: string,
  byId: boolean,
): readonly FetchedTopic[] => {
  const group = state.recorded.get(groupId)
  const idOf = (name: string): TopicId => image.topicsByName.get(name)?.id ?? ZERO_TOPIC_ID
  const partitionsOf = new Map<string, FetchedPartition[]>()
  for (const [topic, partition, newest] of group === undefined ? [] : allOffsets(group)) {
    const offset = stored(before, groupId, topic, partition, newest)
    if (offset === undefined || isOfAnotherTopic(offset, idOf(topic))) continue
    const partitions = partitionsOf.get(topic) ?? []
    partitionsOf.set(topic, partitions)
    partitions.push(found(partition, offset))
  }
  return [...partitionsOf]
    .map(([name, partitions]) => ({ name, topicId: idOf(name), partitions }))
    .filter(({ topicId }) => !byId || topicId !== ZERO_TOPIC_ID)
}

/** The newest value, or the one before it while the newest is not stored. */
const stored = (
  before: Before,
  groupId: string,
  topic: string,
  partition: number,
  newest: CommittedOffset | undefined,
): CommittedOffset | undefined => {
  const record = before(offsetKey(groupId, topic, partition))
  return record?.kind === 'offset' ? (record.value ?? undefined) : newest
}

/** Committed to a topic that has since been made anew under its name. */
const isOfAnotherTopic = (offset: CommittedOffset, topicId: TopicId): boolean =>
  topicId !== ZERO_TOPIC_ID && offset.topicId !== ZERO_TOPIC_ID && offset.topicId !== topicId

const none = (partition: number, error: ErrorCode = 'NONE'): FetchedPartition => ({
  partition,
  error,
  offset: -1,
  leaderEpoch: -1,
  metadata: '',
})

const found = (partition: number, { offset, leaderEpoch, metadata }: CommittedOffset): FetchedPartition => ({
  partition,
  error: 'NONE',
  offset,
  leaderEpoch,
  metadata,
})
