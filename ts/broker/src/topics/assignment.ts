/** Assignments that a client writes out by hand, and the partitions that follow from any assignment. */
import { BrokerError } from '../base/errors.ts'
import { brokerId, partitionIndex, type BrokerId, type TopicId } from '../base/ids.ts'
import type { ClusterImage } from '../cluster/image.ts'
import { newPartition } from '../cluster/leaders.ts'
import type { Change, PartitionRecord } from '../cluster/records.ts'

const wrong = (message: string): BrokerError => new BrokerError('INVALID_REPLICA_ASSIGNMENT', message)

/** The replicas of one partition as a client gave them, checked. `factor` is null for the first of a topic. */
export const checkedReplicas = (
  image: ClusterImage,
  given: readonly number[],
  factor: number | null,
): readonly BrokerId[] => {
  const replicas = given.map(brokerId)
  if (replicas.length === 0) throw wrong('The manual partition assignment includes an empty replica list.')
  const seen = new Set<BrokerId>()
  for (const replica of [...replicas].sort((a, b) => a - b)) {
    if (!image.brokers.has(replica)) {
      throw wrong(`The manual partition assignment includes broker ${replica}, but no such broker is registered.`)
    }
    if (seen.has(replica)) {
      throw wrong(`The manual partition assignment includes the broker ${replica} more than once.`)
    }
    seen.add(replica)
  }
  if (factor !== null && replicas.length !== factor) {
    throw wrong(
      `The manual partition assignment includes a partition with ${replicas.length} replica(s), but this is not ` +
        `consistent with previous partitions, which have ${factor} replica(s).`,
    )
  }
  return replicas
}

/** Partitions from `first` on, one for each list of replicas. Their brokers live, or the caller would not be here. */
export const partitionChanges = (
  image: ClusterImage,
  topic: TopicId,
  first: number,
  assignments: readonly (readonly BrokerId[])[],
): readonly Change[] =>
  assignments.map((replicas, at) => ({
    kind: 'partition',
    topic,
    index: partitionIndex(first + at),
    record: livePartition(image, replicas),
  }))

const livePartition = (image: ClusterImage, replicas: readonly BrokerId[]): PartitionRecord => {
  const partition = newPartition(image, replicas)
  if (partition === null) throw wrong('All brokers specified in the assignment are fenced or in controlled shutdown.')
  return partition
}
