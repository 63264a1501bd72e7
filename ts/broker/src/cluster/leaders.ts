/** Who leads, and in which epoch. Elections after a failure come with the second broker. */
import type { BrokerId, LeaderEpoch } from '../base/ids.ts'
import type { ClusterImage } from './image.ts'
import type { PartitionRecord } from './records.ts'

type Starts = ClusterImage['starts']

/** A broker that stops leaves its partitions without a leader, and leads them anew once it is back. */
const EPOCHS_PER_START = 2

const startsOf = (starts: Starts, broker: BrokerId): number => starts.get(broker) ?? 0

/** A partition as it begins: in sync are the replicas that live, and the first of them leads. Null if none does. */
export const newPartition = (image: ClusterImage, replicas: readonly BrokerId[]): PartitionRecord | null => {
  const isr = replicas.filter((replica) => image.brokers.has(replica))
  const leader = isr[0]
  if (leader === undefined) return null
  const starts = startsOf(image.starts, leader)
  return { leader, leaderEpoch: 0, partitionEpoch: 0, replicas, isr, elr: [], starts }
}

/** How much the epochs that `leader` leads in grow from one count of its starts to another. */
export const epochsBetween = (before: number, after: number): number => EPOCHS_PER_START * Math.max(0, after - before)

/** The epoch that a leader leads in which has started since its record was written. */
export const epochNow = (starts: Starts, leader: BrokerId, written: number, startsThen: number): LeaderEpoch =>
  (written + epochsBetween(startsThen, startsOf(starts, leader))) as LeaderEpoch
