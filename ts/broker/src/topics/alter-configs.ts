/**
 * Changes configs of topics, brokers, groups and subscriptions to metrics. How the new set follows from the old one is
 * the caller's: one API replaces, the other edits; whose set it is, and whether it may be changed, is decided here.
 */
import { BrokerError } from '../base/errors.ts'
import type { BrokerId } from '../base/ids.ts'
import { ALL_BROKERS } from '../cluster/broker-configs.ts'
import { checkNamesThisBroker, resourceTypes } from '../cluster/config-resources.ts'
import type { Decision, Guard } from '../cluster/decision.ts'
import { type ClusterImage, type ConfigOverrides, type ConfigResourceType, configsOf } from '../cluster/image.ts'
import type { Change } from '../cluster/records.ts'
import { checkConfigs, type ConfigTarget, type InForce } from '../configs/check.ts'
import { checkNotAuditList } from './audit-list.ts'
import { topicConfigChange } from './create.ts'
import { checkName } from './names.ts'

export interface Alteration {
  readonly resourceType: number
  readonly resourceName: string
  /** The set after the change, before anybody looks whether it may stand; throws what the client is to hear. */
  readonly apply: (target: ConfigTarget, current: ConfigOverrides) => ConfigOverrides
}

export interface AlterResult {
  readonly resourceType: number
  readonly resourceName: string
  readonly error: BrokerError | null
}

/** One result per resource as given, in the order of the request. */
export const alterConfigs = (
  image: ClusterImage,
  broker: BrokerId,
  inForce: InForce,
  alterations: readonly Alteration[],
): Decision<readonly AlterResult[]> => {
  const counts = new Map<string, number>()
  for (const each of alterations) counts.set(resourceKey(each), (counts.get(resourceKey(each)) ?? 0) + 1)
  const changes: Change[] = []
  const guards: Guard[] = []

  const alter = (alteration: Alteration): void => {
    if ((counts.get(resourceKey(alteration)) ?? 0) > 1) {
      throw new BrokerError('INVALID_REQUEST', 'Each resource must appear at most once.')
    }
    const altered = changeOf(image, broker, inForce, alteration)
    changes.push(...altered.changes)
    guards.push(...altered.guards)
  }

  const result = alterations.map((alteration): AlterResult => {
    const { resourceType, resourceName } = alteration
    try {
      alter(alteration)
      return { resourceType, resourceName, error: null }
    } catch (thrown) {
      if (!(thrown instanceof BrokerError)) throw thrown
      return { resourceType, resourceName, error: thrown }
    }
  })
  return { result, changes, guards }
}

const resourceKey = ({ resourceType, resourceName }: Alteration): string => `${resourceType}/${resourceName}`

const changeOf = (
  image: ClusterImage,
  broker: BrokerId,
  inForce: InForce,
  alteration: Alteration,
): { readonly changes: readonly Change[]; readonly guards: readonly Guard[] } => {
  switch (alteration.resourceType) {
    case resourceTypes.topic:
      return topicChange(image, inForce, alteration)
    case resourceTypes.broker:
      return brokerChange(image, broker, inForce, alteration)
    case resourceTypes.group:
      return namedChange(image, 'group', alteration.resourceName, inForce, alteration)
    case resourceTypes.clientMetrics:
      return namedChange(image, 'client-metrics', alteration.resourceName, inForce, alteration)
    default:
      throw new BrokerError('INVALID_REQUEST', `Unknown resource type ${alteration.resourceType}`)
  }
}

const topicChange = (image: ClusterImage, inForce: InForce, { resourceName, apply }: Alteration) => {
  const topic = image.topicsByName.get(resourceName)
  // In the order of Kafka, which looks last whether the topic is there.
  const configs = apply('topic', topic?.configs ?? new Map())
  if (resourceName === '') throw new BrokerError('INVALID_REQUEST', 'Default topic resources are not allowed.')
  checkName(resourceName)
  checkConfigs('topic', configs, inForce)
  if (topic === undefined) {
    throw new BrokerError('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${resourceName}' does not exist.`)
  }
  if (sameConfigs(topic.configs, configs)) return { changes: [], guards: [] }
  checkNotAuditList(topic.name, inForce.values)
  const record = { kind: 'topic-config', topic: topic.id } as const
  return {
    changes: [topicConfigChange(topic.id, configs)],
    guards: [
      { record: { kind: 'topic', topic: topic.id }, is: 'unchanged' } as const,
      { record, is: topic.configs.size === 0 ? 'absent' : 'unchanged' } as const,
    ],
  }
}

const brokerChange = (image: ClusterImage, broker: BrokerId, inForce: InForce, alteration: Alteration) => {
  if (alteration.resourceName !== ALL_BROKERS) checkNamesThisBroker(alteration.resourceName, broker)
  const name = alteration.resourceName === ALL_BROKERS ? ALL_BROKERS : String(broker)
  return change(
    image,
    { type: 'broker', name },
    name === ALL_BROKERS ? 'broker-default' : 'broker',
    inForce,
    alteration,
  )
}

const namedChange = (
  image: ClusterImage,
  type: 'group' | 'client-metrics',
  name: string,
  inForce: InForce,
  alteration: Alteration,
) => {
  if (name === '') throw new BrokerError('INVALID_REQUEST', `The name of a ${type} resource must not be empty.`)
  return change(image, { type, name }, type, inForce, alteration)
}

const change = (
  image: ClusterImage,
  { type, name }: { readonly type: ConfigResourceType; readonly name: string },
  target: ConfigTarget,
  inForce: InForce,
  { apply }: Alteration,
) => {
  const current = configsOf(image, type, name)
  const configs = apply(target, current)
  checkConfigs(target, configs, inForce)
  if (sameConfigs(current, configs)) return { changes: [], guards: [] }
  const named = { kind: 'config', type, name } as const
  const record = configs.size === 0 ? null : { configs: [...configs].map(([key, value]) => ({ name: key, value })) }
  return {
    changes: [{ ...named, record }],
    guards: [{ record: named, is: current.size === 0 ? 'absent' : 'unchanged' } as const],
  }
}

const sameConfigs = (before: ConfigOverrides, after: ConfigOverrides): boolean =>
  before.size === after.size && [...after].every(([name, value]) => before.get(name) === value)
