/** What can be wrong with a partition: counted for health, listed for whoever looks. */
import type { BrokerId, TopicId } from '../base/ids.ts'
import { type ClusterImage, NO_LEADER, type PartitionImage } from '../cluster/image.ts'
import type { Engine } from '../engine/engine.ts'
import type { Queries } from '../engine/queries.ts'
import type { PartitionProblem } from './contract/topics.ts'

/** What of a broker lies in directories that failed. */
export interface LostLogs {
  readonly broker: BrokerId
  /** By `logName`. */
  readonly logs: ReadonlySet<string>
}

interface Directories extends Pick<Engine, 'failures'> {
  readonly queries: Pick<Queries, 'logDirs'>
}

const logName = (topic: string, partition: number): string => `${topic}/${partition}`

export const findLost = async (engine: Directories, broker: BrokerId): Promise<LostLogs> => {
  const directories = engine.failures().length === 0 ? [] : await engine.queries.logDirs()
  const logs = directories.flatMap((directory) => (directory.failed ? directory.logs : []))
  return { broker, logs: new Set(logs.map(({ topicId, partition }) => logName(topicId, partition))) }
}

type IsOffline = (topic: TopicId, partition: number, replica: BrokerId) => boolean

/** Whether the broker of a replica is not there, or has lost it. */
const offlineIn =
  (image: ClusterImage, { broker, logs }: LostLogs): IsOffline =>
  (topic, partition, replica) =>
    !image.brokers.has(replica) || (replica === broker && logs.size > 0 && logs.has(logName(topic, partition)))

const has: Readonly<Record<Exclude<PartitionProblem, 'offline'>, (partition: PartitionImage) => boolean>> = {
  leaderless: ({ leader }) => leader === NO_LEADER,
  underReplicated: ({ isr, replicas }) => isr.length < replicas.length,
}

export interface PartitionCounts {
  /** Of the cluster's users; so are `partitions`. */
  readonly topics: number
  readonly partitions: number
  /** Of the broker itself. */
  readonly internalTopics: number
  readonly internalPartitions: number
  /** Of all partitions; so is the one below. */
  readonly leaderless: number
  readonly underReplicated: number
}

export const countPartitions = (image: ClusterImage): PartitionCounts => {
  let [topics, partitions, internalTopics, internalPartitions] = [0, 0, 0, 0]
  let [leaderless, underReplicated] = [0, 0]
  for (const topic of image.topicsById.values()) {
    if (topic.internal) {
      internalTopics += 1
      internalPartitions += topic.partitions.length
    } else {
      topics += 1
      partitions += topic.partitions.length
    }
    for (const partition of topic.partitions) {
      if (has.leaderless(partition)) leaderless += 1
      if (has.underReplicated(partition)) underReplicated += 1
    }
  }
  return { topics, partitions, internalTopics, internalPartitions, leaderless, underReplicated }
}

export interface OfflineCounts {
  /** Of the cluster, as far as this broker knows. */
  readonly replicas: number
  /** Of them those of this broker. */
  readonly own: number
}

export const countOffline = (image: ClusterImage, lost: LostLogs): OfflineCounts => {
  const isOffline = offlineIn(image, lost)
  let [offline, own] = [0, 0]
  for (const { id, partitions } of image.topicsById.values()) {
    for (const { index, replicas } of partitions) {
      for (const replica of replicas) {
        if (!isOffline(id, index, replica)) continue
        offline += 1
        if (replica === lost.broker) own += 1
      }
    }
  }
  return { replicas: offline, own }
}

export interface PartitionOfTopic {
  readonly topic: string
  readonly partition: PartitionImage
  readonly offline: readonly BrokerId[]
}

/** Topic by topic, each from its first partition on. */
export const partitionsWith = (
  problem: PartitionProblem,
  image: ClusterImage,
  lost: LostLogs,
): readonly PartitionOfTopic[] => {
  const isOffline = offlineIn(image, lost)
  return [...image.topicsById.values()].flatMap(({ id, name, partitions }) =>
    partitions.flatMap((partition) => {
      const offline = partition.replicas.filter((replica) => isOffline(id, partition.index, replica))
      const isBad = problem === 'offline' ? offline.length > 0 : has[problem](partition)
      return isBad ? [{ topic: name, partition, offline }] : []
    }),
  )
}
