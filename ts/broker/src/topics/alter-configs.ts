/**
 * Changes configs of topics and brokers. How the new set follows from the old one is the caller's: one API replaces,
 * the other edits; whose set it is, and whether it may be changed, is decided here.
 */
import { BrokerError } from '../base/errors.ts'
import type { BrokerId } from '../base/ids.ts'
import { ALL_BROKERS } from '../cluster/broker-configs.ts'
import { checkNamesThisBroker, resourceTypes } from '../cluster/config-resources.ts'
import type { Decision, Guard } from '../cluster/decision.ts'
import { configsOf, type ClusterImage, type ConfigOverrides } from '../cluster/image.ts'
import type { Change } from '../cluster/records.ts'
import type { ConfigTarget } from '../configs/alter.ts'
import { topicConfigChange } from './create.ts'
import { checkName } from './names.ts'

export interface Alteration {
  readonly resourceType: number
  readonly resourceName: string
  /** The set after the change; throws what the client is to hear. */
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
    const altered = changeOf(image, broker, alteration)
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
  alteration: Alteration,
): { readonly changes: readonly Change[]; readonly guards: readonly Guard[] } => {
  switch (alteration.resourceType) {
    case resourceTypes.topic:
      return topicChange(image, alteration)
    case resourceTypes.broker:
      return brokerChange(image, broker, alteration)
    case resourceTypes.brokerLogger:
      throw new BrokerError('INVALID_REQUEST', 'The loggers of this broker cannot be changed while it runs.')
    case resourceTypes.group:
    case resourceTypes.clientMetrics:
      throw new BrokerError('INVALID_CONFIG', 'This broker has no configs for groups or client metrics.')
    default:
      throw new BrokerError('INVALID_REQUEST', `Unknown resource type ${alteration.resourceType}`)
  }
}

const topicChange = (image: ClusterImage, { resourceName, apply }: Alteration) => {
  if (resourceName === '') throw new BrokerError('INVALID_REQUEST', 'Default topic resources are not allowed.')
  checkName(resourceName)
  const topic = image.topicsByName.get(resourceName)
  if (topic === undefined) {
    throw new BrokerError('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${resourceName}' does not exist.`)
  }
  const configs = apply('topic', topic.configs)
  if (sameConfigs(topic.configs, configs)) return { changes: [], guards: [] }
  const record = { kind: 'topic-config', topic: topic.id } as const
  return {
    changes: [topicConfigChange(topic.id, configs)],
    guards: [
      { record: { kind: 'topic', topic: topic.id }, is: 'unchanged' } as const,
      { record, is: topic.configs.size === 0 ? 'absent' : 'unchanged' } as const,
    ],
  }
}

const brokerChange = (image: ClusterImage, broker: BrokerId, { resourceName, apply }: Alteration) => {
  if (resourceName !== ALL_BROKERS) checkNamesThisBroker(resourceName, broker)
  const name = resourceName === ALL_BROKERS ? ALL_BROKERS : String(broker)
  const current = configsOf(image, 'broker', name)
  const configs = apply(name === ALL_BROKERS ? 'broker-default' : 'broker', current)
  if (sameConfigs(current, configs)) return { changes: [], guards: [] }
  const named = { kind: 'config', type: 'broker', name } as const
  const record = configs.size === 0 ? null : { configs: [...configs].map(([key, value]) => ({ name: key, value })) }
  return {
    changes: [{ ...named, record }],
    guards: [{ record: named, is: current.size === 0 ? 'absent' : 'unchanged' } as const],
  }
}

const sameConfigs = (before: ConfigOverrides, after: ConfigOverrides): boolean =>
  before.size === after.size && [...after].every(([name, value]) => before.get(name) === value)
