/** What series of single partitions are written from: each with its labels made once, as many as the cap allows. */
import type { ClusterImage, PartitionImage, TopicImage } from '../../cluster/image.ts'
import type { LogOffsetsAnswer } from '../../engine/native.ts'
import type { LogTable } from '../tables.ts'
import { labelText } from './exposition.ts'

export interface PartitionLine {
  readonly labels: string
  readonly partition: PartitionImage
  readonly minIsr: number
  /** Undefined where this broker has no log of it, or it cannot be asked. */
  readonly log: LogOffsetsAnswer | undefined
}

export interface TopicLine {
  readonly topic: TopicImage
  readonly labels: string
  /** All offsets that its partitions have given out. */
  readonly endOffsets: number
}

export interface PartitionLines {
  readonly topics: readonly TopicLine[]
  readonly partitions: readonly PartitionLine[]
  /** Beyond the cap. */
  readonly leftOut: number
  /** Of all, with those beyond the cap. */
  readonly underMinIsr: number
  readonly atMinIsr: number
}

/** In the order of names, so that the cap leaves the same ones out every time. */
export const partitionLines = (
  image: ClusterImage,
  logs: LogTable,
  minIsr: (topic: TopicImage) => number,
  cap: number,
): PartitionLines => {
  const sorted = [...image.topicsByName.values()].sort((left, right) => (left.name < right.name ? -1 : 1))
  const partitions: PartitionLine[] = []
  const topics: TopicLine[] = []
  let [all, underMinIsr, atMinIsr] = [0, 0, 0]
  for (const topic of sorted) {
    const wanted = minIsr(topic)
    const labels = labelText({ topic: topic.name })
    let endOffsets = 0
    for (const partition of topic.partitions) {
      const log = logs.get(topic.id, partition.index)
      endOffsets += log?.logEnd ?? 0
      all += 1
      if (partition.isr.length < wanted) underMinIsr += 1
      if (partition.isr.length === wanted) atMinIsr += 1
      if (partitions.length >= cap) continue
      partitions.push({
        labels: `${labels.slice(0, -1)},partition="${partition.index}"}`,
        partition,
        minIsr: wanted,
        log,
      })
    }
    topics.push({ topic, labels, endOffsets })
  }
  return { topics, partitions, leftOut: all - partitions.length, underMinIsr, atMinIsr }
}
