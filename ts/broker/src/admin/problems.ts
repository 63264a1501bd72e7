/** What can be wrong with a partition: counted for health, listed for whoever looks. */
import { type ClusterImage, NO_LEADER, type PartitionImage } from '../cluster/image.ts'
import type { PartitionProblem } from './contract/topics.ts'

const has: Readonly<Record<PartitionProblem, (partition: PartitionImage) => boolean>> = {
  leaderless: ({ leader }) => leader === NO_LEADER,
  underReplicated: ({ isr, replicas }) => isr.length < replicas.length,
}

export interface PartitionCounts {
  readonly partitions: number
  readonly leaderless: number
  readonly underReplicated: number
}

export const countPartitions = (image: ClusterImage): PartitionCounts => {
  let [partitions, leaderless, underReplicated] = [0, 0, 0]
  for (const topic of image.topicsById.values()) {
    for (const partition of topic.partitions) {
      partitions += 1
      if (has.leaderless(partition)) leaderless += 1
      if (has.underReplicated(partition)) underReplicated += 1
    }
  }
  return { partitions, leaderless, underReplicated }
}

export interface PartitionOfTopic {
  readonly topic: string
  readonly partition: PartitionImage
}

/** Topic by topic, each from its first partition on. */
export const partitionsWith = (problem: PartitionProblem, image: ClusterImage): readonly PartitionOfTopic[] =>
  [...image.topicsById.values()].flatMap(({ name, partitions }) =>
    partitions.filter(has[problem]).map((partition) => ({ topic: name, partition })),
  )
