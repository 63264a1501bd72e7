/** Topics that nobody creates by hand: those a client merely names, and the internal ones. */
import type { TopicId } from '../base/ids.ts'
import type { BrokerConfigs } from '../cluster/broker-configs.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { ClusterImage } from '../cluster/image.ts'
import { AUDIT_TOPIC, CANARY_TOPIC } from '../cluster/topic-names.ts'
import { checkTopicConfigs } from '../configs/check.ts'
import { findDefinition, type BrokerValues } from '../configs/definitions.ts'
import { createTopics, type CreateRules, type TopicSpec } from './create.ts'

const OFFSETS_TOPIC = '__consumer_offsets'

/** What a topic is created with when only its name is known. */
export const automaticSpec = (image: ClusterImage, name: string, values: BrokerValues): TopicSpec =>
  internalSpecs.get(name)?.(image, values) ?? {
    name,
    numPartitions: -1,
    replicationFactor: -1,
    assignments: [],
    configs: [],
  }

/** With fewer brokers than replicas asked for, as many as there are: a single node is no reason to fail. */
const offsetsSpec = (image: ClusterImage, values: BrokerValues): TopicSpec => ({
  name: OFFSETS_TOPIC,
  numPartitions: values['offsets.topic.num.partitions'],
  replicationFactor: Math.min(values['offsets.topic.replication.factor'], Math.max(image.brokers.size, 1)),
  assignments: [],
  configs: [
    { name: 'cleanup.policy', value: 'compact' },
    { name: 'compression.type', value: 'producer' },
    segmentSize(String(values['offsets.topic.segment.bytes'])),
  ],
})

/** The newest entries are what the list shows: it lasts for as many bytes, however old they are. */
const auditSpec = (): TopicSpec =>
  ownSpec(AUDIT_TOPIC, { 'retention.ms': '-1', 'retention.bytes': '67108864', 'segment.bytes': '8388608' })

/** Nobody reads what came back: an hour of it is for whoever looks into a failure. */
const canarySpec = (): TopicSpec =>
  ownSpec(CANARY_TOPIC, { 'retention.ms': '3600000', 'segment.ms': '3600000', 'segment.bytes': '1048576' })

/** Whatever the broker says of topics that name nothing. */
const AS_WRITTEN = { 'cleanup.policy': 'delete', 'compression.type': 'producer' }

const ownSpec = (name: string, configs: Readonly<Record<string, string>>): TopicSpec => ({
  name,
  numPartitions: 1,
  replicationFactor: 1,
  assignments: [],
  configs: Object.entries({ ...AS_WRITTEN, ...configs }).map(([key, value]) => ({ name: key, value })),
})

const internalSpecs: ReadonlyMap<string, (image: ClusterImage, values: BrokerValues) => TopicSpec> = new Map([
  [OFFSETS_TOPIC, offsetsSpec],
  [AUDIT_TOPIC, auditSpec],
  [CANARY_TOPIC, canarySpec],
])

/** The broker's key allows less than that of topics does; what is less goes under the key that takes it. */
const segmentSize = (value: string): { readonly name: string; readonly value: string } => {
  const allowed = findDefinition('topic', 'segment.bytes')?.read(value).ok === true
  return { name: allowed ? 'segment.bytes' : 'internal.segment.bytes', value }
}

export const createRules = (values: BrokerValues, newTopicId: () => TopicId): CreateRules => ({
  partitionsDefault: values['num.partitions'],
  replicationFactorDefault: values['default.replication.factor'],
  newTopicId,
  checkConfigs: (configs) => checkTopicConfigs(configs, values),
})

/** Resolves once the engine serves the topic. */
export const ensureInternalTopic = async (
  cluster: Cluster,
  configs: BrokerConfigs,
  newTopicId: () => TopicId,
  name: string,
): Promise<void> => {
  if (cluster.image().topicsByName.has(name)) return
  const [result] = await cluster.run((image) => {
    const values = configs.values(image)
    return createTopics(image, [automaticSpec(image, name, values)], createRules(values, newTopicId))
  })
  if (result !== undefined && 'error' in result && result.error.code !== 'TOPIC_ALREADY_EXISTS') throw result.error
}
