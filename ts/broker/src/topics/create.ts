/** Creates topics: each on its own, with Kafka's codes and texts for what is wrong with it. */
import { BrokerError } from '../base/errors.ts'
import type { BrokerId, TopicId } from '../base/ids.ts'
import type { Decision, Guard } from '../cluster/decision.ts'
import type { ClusterImage, ConfigOverrides } from '../cluster/image.ts'
import { placeReplicas } from '../cluster/placement.ts'
import type { Change } from '../cluster/records.ts'
import { collisionKey } from '../cluster/topic-names.ts'
import { checkedReplicas, partitionChanges } from './assignment.ts'
import { PARTITIONS_PER_REQUEST_MAX } from './limits.ts'
import { checkName, collidingTopic } from './names.ts'

export interface TopicSpec {
  readonly name: string
  /** -1 for the default of the broker. */
  readonly numPartitions: number
  /** -1 for the default of the broker. */
  readonly replicationFactor: number
  /** Instead of the two counts. */
  readonly assignments: readonly { readonly partitionIndex: number; readonly brokerIds: readonly number[] }[]
  readonly configs: readonly { readonly name: string; readonly value: string | null }[]
}

export interface CreateRules {
  readonly partitionsDefault: number
  readonly replicationFactorDefault: number
  readonly newTopicId: () => TopicId
  /** Throws INVALID_CONFIG when a topic may not have these. */
  readonly checkConfigs: (configs: ConfigOverrides) => void
}

export interface CreatedTopic {
  readonly name: string
  readonly id: TopicId
  readonly numPartitions: number
  readonly replicationFactor: number
  readonly configs: ConfigOverrides
}

export type CreateResult =
  | { readonly name: string; readonly created: CreatedTopic }
  | { readonly name: string; readonly error: BrokerError }

/** One result per name, in the order of the request. */
export const createTopics = (
  image: ClusterImage,
  specs: readonly TopicSpec[],
  rules: CreateRules,
): Decision<readonly CreateResult[]> => {
  const counts = new Map<string, number>()
  for (const { name } of specs) counts.set(name, (counts.get(name) ?? 0) + 1)
  const isRepeated = ({ name }: TopicSpec): boolean => (counts.get(name) ?? 0) > 1
  const once = specs.filter((spec) => !isRepeated(spec))
  const tooMany = totalPartitions(once, rules) > PARTITIONS_PER_REQUEST_MAX
  /** Collision keys that topics of this very request take: those two may share one, as in Kafka. */
  const taken = new Set<string>()
  const changes: Change[] = []
  const guards: Guard[] = []

  const create = (spec: TopicSpec): CreatedTopic => {
    if (isRepeated(spec)) throw new BrokerError('INVALID_REQUEST', 'Duplicate topic name.')
    if (tooMany) throw new BrokerError('POLICY_VIOLATION', 'Excessively large number of partitions per request.')
    checkNewName(image, spec.name)
    const configs = checkedConfigs(spec, rules)
    const assignments = assign(image, spec, rules)
    const id = rules.newTopicId()
    changes.push(...topicChanges(image, id, spec.name, configs, assignments))
    const key = collisionKey(spec.name)
    if (!taken.has(key)) {
      changes.push({ kind: 'topic-name', name: key, record: { topicId: id } })
      guards.push({ record: { kind: 'topic-name', name: key }, is: 'absent' })
      taken.add(key)
    }
    return {
      name: spec.name,
      id,
      numPartitions: assignments.length,
      replicationFactor: assignments[0]?.length ?? 0,
      configs,
    }
  }

  const result = [...new Map(specs.map((spec) => [spec.name, spec])).values()].map((spec): CreateResult => {
    try {
      return { name: spec.name, created: create(spec) }
    } catch (thrown) {
      if (!(thrown instanceof BrokerError)) throw thrown
      return { name: spec.name, error: thrown }
    }
  })
  return { result, changes, guards }
}

const totalPartitions = (specs: readonly TopicSpec[], rules: CreateRules): number =>
  specs.reduce((total, { assignments, numPartitions }) => {
    if (assignments.length > 0) return total + assignments.length
    return total + (numPartitions === -1 ? rules.partitionsDefault : Math.max(numPartitions, 0))
  }, 0)

/** Kafka's own log of metadata; tools take it for that wherever they meet it. */
const RESERVED_NAME = '__cluster_metadata'

const checkNewName = (image: ClusterImage, name: string): void => {
  checkName(name)
  if (name === RESERVED_NAME) {
    throw new BrokerError('INVALID_REQUEST', `Creation of internal topic ${RESERVED_NAME} is prohibited.`)
  }
  if (image.topicsByName.has(name)) {
    throw new BrokerError('TOPIC_ALREADY_EXISTS', `Topic '${name}' already exists.`)
  }
  const other = collidingTopic(image, name)
  if (other !== undefined) {
    throw new BrokerError('INVALID_TOPIC_EXCEPTION', `Topic '${name}' collides with existing topic: ${other}`)
  }
}

const checkedConfigs = ({ configs }: TopicSpec, rules: CreateRules): ConfigOverrides => {
  const unset = configs.filter(({ value }) => value === null).map(({ name }) => name)
  if (unset.length > 0) {
    throw new BrokerError('INVALID_CONFIG', `Null value not supported for topic configs: ${unset.join(',')}`)
  }
  const overrides = new Map(configs.map(({ name, value }) => [name, value as string]))
  rules.checkConfigs(overrides)
  return overrides
}

type Assignments = readonly (readonly BrokerId[])[]

const assign = (image: ClusterImage, spec: TopicSpec, rules: CreateRules): Assignments => {
  if (spec.assignments.length > 0) return assignByHand(image, spec)
  const { numPartitions, replicationFactor } = spec
  if (replicationFactor < -1 || replicationFactor === 0) {
    throw new BrokerError(
      'INVALID_REPLICATION_FACTOR',
      'Replication factor must be larger than 0, or -1 to use the default value.',
    )
  }
  if (numPartitions < -1 || numPartitions === 0) {
    throw new BrokerError('INVALID_PARTITIONS', 'Number of partitions was set to an invalid non-positive value.')
  }
  return placeReplicas(image.brokers.values(), {
    partitions: numPartitions === -1 ? rules.partitionsDefault : numPartitions,
    replicationFactor: replicationFactor === -1 ? rules.replicationFactorDefault : replicationFactor,
    start: image.revision,
  })
}

const assignByHand = (
  image: ClusterImage,
  { assignments, numPartitions, replicationFactor }: TopicSpec,
): Assignments => {
  const counted = replicationFactor === -1 ? 'numPartitions' : 'replication factor'
  if (replicationFactor !== -1 || numPartitions !== -1) {
    throw new BrokerError(
      'INVALID_REQUEST',
      `A manual partition assignment was specified, but ${counted} was not set to -1.`,
    )
  }
  const byIndex = new Map<number, readonly BrokerId[]>()
  let factor: number | null = null
  for (const { partitionIndex, brokerIds } of assignments) {
    if (byIndex.has(partitionIndex)) {
      throw new BrokerError(
        'INVALID_REPLICA_ASSIGNMENT',
        `Found multiple manual partition assignments for partition ${partitionIndex}`,
      )
    }
    byIndex.set(partitionIndex, checkedReplicas(image, brokerIds, factor))
    factor = brokerIds.length
  }
  return Array.from({ length: byIndex.size }, (_, index) => {
    const replicas = byIndex.get(index)
    if (replicas !== undefined) return replicas
    throw new BrokerError('INVALID_REPLICA_ASSIGNMENT', 'partitions should be a consecutive 0-based integer sequence')
  })
}

const topicChanges = (
  image: ClusterImage,
  topic: TopicId,
  name: string,
  configs: ConfigOverrides,
  assignments: Assignments,
): readonly Change[] => [
  { kind: 'topic', topic, record: { name } },
  ...(configs.size === 0 ? [] : [topicConfigChange(topic, configs)]),
  ...partitionChanges(image, topic, 0, assignments),
]

export const topicConfigChange = (topic: TopicId, configs: ConfigOverrides): Change => ({
  kind: 'topic-config',
  topic,
  record: configs.size === 0 ? null : { configs: [...configs].map(([name, value]) => ({ name, value })) },
})
