/** The topics that coordinators keep their state in. They are made when first needed, and not twice. */
import { BrokerError } from '../base/errors.ts'
import type { BrokerValues } from '../configs/definitions.ts'
import { type Decision, unchanged } from '../cluster/decision.ts'
import type { ClusterImage } from '../cluster/image.ts'
import { type CreateRules, createTopics, type TopicSpec } from './create.ts'

/** `__consumer_offsets`, with as many replicas as there are brokers for, up to what is configured. */
export const offsetsTopicSpec = (name: string, image: ClusterImage, values: BrokerValues): TopicSpec => ({
  name,
  numPartitions: values['offsets.topic.num.partitions'],
  replicationFactor: Math.min(values['offsets.topic.replication.factor'], Math.max(image.brokers.size, 1)),
  assignments: [],
  configs: [
    { name: 'cleanup.policy', value: 'compact' },
    { name: 'compression.type', value: 'producer' },
    // Below what a topic may set for itself, as Kafka allows for this one.
    { name: 'internal.segment.bytes', value: String(values['offsets.topic.segment.bytes']) },
  ],
})

/** Creates a topic unless the image has it. Throws what stands in the way. */
export const ensureInternalTopic = (image: ClusterImage, spec: TopicSpec, rules: CreateRules): Decision<void> => {
  if (image.topicsByName.has(spec.name)) return unchanged(undefined)
  const { result, changes, guards } = createTopics(image, [spec], rules)
  const [outcome] = result
  if (outcome === undefined) throw new BrokerError('UNKNOWN_SERVER_ERROR')
  if ('error' in outcome) throw outcome.error
  return { result: undefined, changes, guards }
}
