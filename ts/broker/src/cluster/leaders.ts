/** Who leads. Elections after a failure come with the second broker. */
import type { BrokerId } from '../base/ids.ts'
import type { ClusterImage } from './image.ts'
import type { PartitionRecord } from './records.ts'

/** A partition as it begins: in sync are the replicas that live, and the first of them leads. Null if none does. */
export const newPartition = (image: ClusterImage, replicas: readonly BrokerId[]): PartitionRecord | null => {
  const isr = replicas.filter((replica) => image.brokers.has(replica))
  const leader = isr[0]
  return leader === undefined ? null : { leader, leaderEpoch: 0, partitionEpoch: 0, replicas, isr, elr: [] }
}
