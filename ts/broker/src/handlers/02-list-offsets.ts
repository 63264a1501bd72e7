/**
 * ListOffsets. Version 2 brings the isolation level, 4 leader epochs; 7, 8, 9 and 11 each a time below zero with a
 * meaning of its own; before 5 a client does not know OFFSET_NOT_AVAILABLE. The time limit of 10 is for tiered
 * storage, which is not here.
 */
import { BrokerError } from '../base/errors.ts'
import type { ClusterImage } from '../cluster/image.ts'
import { ledPartition } from '../cluster/leadership.ts'
import type { RequestContext, Handler } from '../dispatch/context.ts'
import type { ListOffsetsRequest, ListOffsetsResponse } from '../messages/02-list-offsets.ts'
import { errorCode } from '../wire/errors.ts'
import { askPartitions, partitionItems, regroup } from './per-partition.ts'
import type { Services } from './services.ts'

const EARLIEST = -2
const EARLIEST_LOCAL = -4
const LAST_TIERED = -5
const EARLIEST_PENDING_UPLOAD = -6

/** Each special time and the first version that knows it. */
const specialTimes: ReadonlyMap<number, number> = new Map([
  [-1, 0],
  [EARLIEST, 0],
  [-3, 7],
  [EARLIEST_LOCAL, 8],
  [LAST_TIERED, 9],
  [EARLIEST_PENDING_UPLOAD, 11],
])

const CONSUMER = -1
const READ_COMMITTED = 1
const knownLevels: ReadonlySet<number> = new Set([0, READ_COMMITTED])
const FIRST_WITH_OFFSET_NOT_AVAILABLE = 5

type Topic = ListOffsetsRequest['topics'][number]
type Partition = Topic['partitions'][number]
type Reply = ListOffsetsResponse['topics'][number]['partitions'][number]

export const handleListOffsets =
  ({ cluster, queries }: Pick<Services, 'cluster' | 'queries'>): Handler<ListOffsetsRequest, ListOffsetsResponse> =>
  async (context, { replicaId, isolationLevel, topics: asked }) => {
    // Who asks for a level that is not known must not get less than he wants; the code is Kafka's, and so is answering all.
    if (!knownLevels.has(isolationLevel)) return refuseAll(asked)
    const image = cluster.image()
    const duplicates = duplicatesIn(asked)
    const topics = gathered(asked)
    const replies = await askPartitions({
      items: partitionItems(topics, ({ partitions }) => partitions),
      query: ({ topic, partition }) => {
        checkPartition(context, topic, partition, duplicates)
        const { partitionIndex, currentLeaderEpoch, timestamp } = partition
        const led = ledPartition(image, cluster.brokerId, topic.name, partitionIndex, currentLeaderEpoch)
        if (timestamp === LAST_TIERED || timestamp === EARLIEST_PENDING_UPLOAD) {
          return { reply: { partitionIndex, errorCode: 0 } } // Nothing is ever tiered here.
        }
        return {
          ask: {
            topicId: led.topic.id,
            partition: partitionIndex,
            timestamp: timestamp === EARLIEST_LOCAL ? EARLIEST : timestamp,
            committedOnly: replicaId === CONSUMER && isolationLevel === READ_COMMITTED,
            replica: replicaId !== CONSUMER,
          },
        }
      },
      ask: queries.listOffsets,
      reply: ({ topic, partition }, { errorCode, ...found }): Reply =>
        errorCode === 0
          ? {
              partitionIndex: partition.partitionIndex,
              errorCode,
              ...found,
              leaderEpoch: epochOf(image, topic, partition, found),
            }
          : refused(partition, knownTo(context, errorCode)),
      refuse: ({ partition }, code) => refused(partition, errorCode(code)),
    })
    return {
      topics: regroup(
        topics,
        ({ partitions }) => partitions.length,
        replies,
        ({ name }, partitions) => ({ name, partitions }),
      ),
    }
  }

const refuseAll = (topics: readonly Topic[]): ListOffsetsResponse => ({
  topics: topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((partition) => refused(partition, errorCode('UNKNOWN_SERVER_ERROR'))),
  })),
})

/** Where the log ends no epoch is known: its next record will be of the leader's, which is what Kafka says. */
const epochOf = (
  image: ClusterImage,
  topic: Topic,
  { partitionIndex }: Partition,
  { leaderEpoch, offset }: { readonly leaderEpoch: number; readonly offset: number },
): number => {
  if (leaderEpoch >= 0 || offset < 0) return leaderEpoch
  return image.topicsByName.get(topic.name)?.partitions[partitionIndex]?.leaderEpoch ?? leaderEpoch
}

const refused = ({ partitionIndex }: Partition, code: number): Reply => ({ partitionIndex, errorCode: code })

const knownTo = ({ apiVersion }: RequestContext, code: number): number =>
  apiVersion < FIRST_WITH_OFFSET_NOT_AVAILABLE && code === errorCode('OFFSET_NOT_AVAILABLE')
    ? errorCode('LEADER_NOT_AVAILABLE')
    : code

const checkPartition = (
  { apiVersion }: RequestContext,
  topic: Topic,
  { partitionIndex, timestamp }: Partition,
  duplicates: ReadonlySet<string>,
): void => {
  if (duplicates.has(`${topic.name}/${partitionIndex}`)) throw new BrokerError('INVALID_REQUEST')
  const since = timestamp < 0 ? specialTimes.get(timestamp) : 0
  if (since === undefined || apiVersion < since) throw new BrokerError('UNSUPPORTED_VERSION')
}

/** Each topic and partition once, where it was first asked for: Kafka gathers them by name. */
const gathered = (topics: readonly Topic[]): readonly Topic[] => {
  const byName = new Map<string, { readonly topic: Topic; readonly partitions: Map<number, Partition> }>()
  for (const { topic, partition } of partitionItems(topics, ({ partitions }) => partitions)) {
    const known = byName.get(topic.name) ?? { topic, partitions: new Map<number, Partition>() }
    byName.set(topic.name, known)
    if (!known.partitions.has(partition.partitionIndex)) known.partitions.set(partition.partitionIndex, partition)
  }
  return [...byName.values()].map(({ topic, partitions }) => ({ ...topic, partitions: [...partitions.values()] }))
}

const duplicatesIn = (topics: readonly Topic[]): ReadonlySet<string> => {
  const seen = new Set<string>()
  const duplicates = new Set<string>()
  for (const { topic, partition } of partitionItems(topics, ({ partitions }) => partitions)) {
    const key = `${topic.name}/${partition.partitionIndex}`
    if (seen.has(key)) duplicates.add(key)
    seen.add(key)
  }
  return duplicates
}
