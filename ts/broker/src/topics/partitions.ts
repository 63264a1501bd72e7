/** Adds partitions to topics; there is no way to take them away. */
import { BrokerError } from '../base/errors.ts'
import { partitionIndex, type BrokerId } from '../base/ids.ts'
import type { Decision, Guard } from '../cluster/decision.ts'
import type { ClusterImage, TopicImage } from '../cluster/image.ts'
import { placeReplicas } from '../cluster/placement.ts'
import type { Change } from '../cluster/records.ts'
import { checkedReplicas, partitionChanges } from './assignment.ts'
import { checkNotAuditList, type KeepsAudit } from './audit-list.ts'
import { PARTITIONS_PER_REQUEST_MAX } from './limits.ts'

export interface PartitionsSpec {
  readonly name: string
  /** How many there are to be in all. */
  readonly count: number
  /** For the new ones alone; null lets the broker choose. */
  readonly assignments: readonly { readonly brokerIds: readonly number[] }[] | null
}

export interface PartitionsResult {
  readonly name: string
  readonly error: BrokerError | null
}

export const createPartitions = (
  image: ClusterImage,
  specs: readonly PartitionsSpec[],
  values: KeepsAudit,
): Decision<readonly PartitionsResult[]> => {
  const counts = new Map<string, number>()
  for (const { name } of specs) counts.set(name, (counts.get(name) ?? 0) + 1)
  const changes: Change[] = []
  const guards: Guard[] = []
  let added = 0

  const grow = (spec: PartitionsSpec): void => {
    if ((counts.get(spec.name) ?? 0) > 1) throw new BrokerError('INVALID_REQUEST', 'Duplicate topic name.')
    const topic = image.topicsByName.get(spec.name)
    if (topic === undefined) throw new BrokerError('UNKNOWN_TOPIC_OR_PARTITION')
    checkNotAuditList(topic.name, values)
    const additional = increase(topic, spec.count)
    if (added + additional > PARTITIONS_PER_REQUEST_MAX) {
      throw new BrokerError('POLICY_VIOLATION', 'Excessively large number of partitions per request.')
    }
    changes.push(...partitionChanges(image, topic.id, topic.partitions.length, assign(image, topic, spec, additional)))
    guards.push(...ground(topic))
    added += additional
  }

  const result = [...new Map(specs.map((spec) => [spec.name, spec])).values()].map((spec): PartitionsResult => {
    try {
      grow(spec)
      return { name: spec.name, error: null }
    } catch (thrown) {
      if (!(thrown instanceof BrokerError)) throw thrown
      return { name: spec.name, error: thrown }
    }
  })
  return { result, changes, guards }
}

const increase = ({ name, partitions }: TopicImage, count: number): number => {
  if (count === partitions.length) {
    throw new BrokerError('INVALID_PARTITIONS', `Topic already has ${count} partition(s).`)
  }
  if (count < partitions.length) {
    throw new BrokerError(
      'INVALID_PARTITIONS',
      `The topic ${name} currently has ${partitions.length} partition(s); ${count} would not be an increase.`,
    )
  }
  return count - partitions.length
}

const assign = (
  image: ClusterImage,
  topic: TopicImage,
  { assignments }: PartitionsSpec,
  additional: number,
): readonly (readonly BrokerId[])[] => {
  const replicationFactor = topic.partitions[0]?.replicas.length ?? 0
  if (assignments === null) {
    const start = topic.partitions.length + (topic.partitions[0]?.leader ?? 0)
    return placeReplicas(image.brokers.values(), { partitions: additional, replicationFactor, start })
  }
  if (assignments.length !== additional) {
    throw new BrokerError(
      'INVALID_REPLICA_ASSIGNMENT',
      `Attempted to add ${additional} additional partition(s), but only ${assignments.length} assignment(s) ` +
        'were specified.',
    )
  }
  return assignments.map(({ brokerIds }) => checkedReplicas(image, brokerIds, replicationFactor))
}

/** The topic is there, and nobody else has added the partition that comes next. */
const ground = (topic: TopicImage): readonly Guard[] => [
  { record: { kind: 'topic', topic: topic.id }, is: 'unchanged' },
  { record: { kind: 'partition', topic: topic.id, index: partitionIndex(topic.partitions.length) }, is: 'absent' },
]
