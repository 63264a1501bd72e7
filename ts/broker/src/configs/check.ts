// Whether a set of configs may stand: every name known, every value allowed, and no two at odds. What may not throws the
// error that Kafka answers.
import { BrokerError } from '../base/errors.ts'
import { contradictions, unfitChanges } from './contradictions.ts'
import { brokerDefinition, type BrokerValues, type ConfigScope, findDefinition, listenerKey } from './definitions.ts'
import { isKeyMaterial } from './keys/tls.ts'
import { type BrokerLayers, brokerValues } from './resolve.ts'

type Configs = ReadonlyMap<string, string>

/** What carries the configs. `broker-default` is the broker without a name: all brokers at once. */
export type ConfigTarget = 'topic' | 'broker' | 'broker-default' | 'group' | 'client-metrics'

/** What is in force on this broker before the change. */
export interface InForce {
  readonly layers: BrokerLayers
  readonly values: BrokerValues
}

/** Throws unless the target may have these configs, all of them together. */
export const checkConfigs = (target: ConfigTarget, configs: Configs, inForce: InForce): void => {
  switch (target) {
    case 'topic':
      return checkTopicConfigs(configs, inForce.values)
    case 'broker':
    case 'broker-default':
      return checkBrokerConfigs(target, configs, inForce)
    case 'group':
      return checkGroupConfigs(configs, inForce.values)
    case 'client-metrics':
      return checkClientMetrics(configs)
  }
}

const invalid = (message: string): BrokerError => new BrokerError('INVALID_CONFIG', message)
// Kafka answers a bad value for a broker with INVALID_REQUEST and keeps that for compatibility (KAFKA-13609).
const malformed = (message: string): BrokerError => new BrokerError('INVALID_REQUEST', message)

/** Every name known and every value allowed; the values. */
const readAll = (
  scope: ConfigScope,
  configs: Configs,
  unknown: (name: string) => BrokerError,
): ReadonlyMap<string, unknown> => {
  const values = new Map<string, unknown>()
  for (const [name, text] of configs) {
    const definition = findDefinition(scope, name)
    if (definition === undefined) throw unknown(name)
    const reading = definition.read(text)
    if (!reading.ok) throw invalid(`Invalid value ${text} for configuration ${name}: ${reading.problem}`)
    values.set(name, reading.value)
  }
  return values
}

/** CreateTopics asks the same. */
export const checkTopicConfigs = (configs: Configs, broker: BrokerValues): void => {
  const values = readAll('topic', configs, (name) => invalid(`Unknown topic config name: ${name}`))
  const least = Number(values.get('min.compaction.lag.ms') ?? broker['log.cleaner.min.compaction.lag.ms'])
  const most = Number(values.get('max.compaction.lag.ms') ?? broker['log.cleaner.max.compaction.lag.ms'])
  if (least > most) {
    throw invalid(`conflict topic config setting min.compaction.lag.ms (${least}) > max.compaction.lag.ms (${most})`)
  }
}

const checkBrokerConfigs = (
  target: 'broker' | 'broker-default',
  configs: Configs,
  { layers, values }: InForce,
): void => {
  const names = [...configs.keys()].toSorted()
  const refuse = (refused: readonly string[], why: string): void => {
    if (refused.length > 0) throw malformed(`${why}: ${refused.join(', ')}`)
  }
  refuse(
    names.filter((name) => findDefinition('broker', name)?.dynamic === 'read-only'),
    'Cannot update these configs dynamically',
  )
  refuse(names.filter(isKeyMaterial), 'These security configs can be updated only with the prefix of a listener')
  for (const [name, text] of configs) {
    const reading = brokerDefinition(name).read(text)
    if (!reading.ok) throw malformed(`Invalid value ${text} for configuration ${name}: ${reading.problem}`)
  }
  if (target === 'broker-default') refuse(names.filter(isOfOneBroker), 'These configs need the id of one broker')
  const layer = target === 'broker' ? 'dynamicBroker' : 'dynamicDefault'
  const after = brokerValues({ ...layers, [layer]: configs })
  // What stood in the file already is no fault of this change.
  const standing = new Set(unfitChanges(values, values))
  const unfit = unfitChanges(values, after).filter((one) => !standing.has(one))
  const [problem] = [...contradictions(after), ...unfit, ...unfitOfListeners(configs)]
  if (problem !== undefined) throw malformed(problem)
}

/** What a listener may have in common on all brokers. */
const ofEveryListener = new Set(['max.connections', 'max.connection.creation.rate', 'num.network.threads'])

const isOfOneBroker = (name: string): boolean => {
  const base = listenerKey(name)
  return base === null ? findDefinition('broker', name)?.dynamic === 'per-broker' : !ofEveryListener.has(base)
}

const unfitOfListeners = (configs: Configs): string[] =>
  [...configs]
    .filter(([name, text]) => ofEveryListener.has(listenerKey(name) ?? '') && Number(text) < 1)
    .map(([name]) => `${name}: must be at least 1`)

type Bound = 'min' | 'max'

/** `consumer.session.timeout.ms` is bounded by `group.consumer.min.session.timeout.ms`, where there is such a key. */
const boundOf = (name: string, bound: Bound): keyof BrokerValues | null => {
  if (name === 'streams.num.standby.replicas') return bound === 'max' ? 'group.streams.max.standby.replicas' : null
  const key = `group.${name.replace('.', `.${bound}.`)}`
  return findDefinition('broker', key) === undefined ? null : (key as keyof BrokerValues)
}

const checkGroupConfigs = (configs: Configs, broker: BrokerValues): void => {
  const values = readAll('group', configs, (name) => invalid(`Unknown group config name: ${name}`))
  for (const [name, value] of values) {
    const [min, max] = [boundOf(name, 'min'), boundOf(name, 'max')]
    if (min !== null && Number(value) < Number(broker[min])) {
      throw invalid(`${name} must be greater than or equal to ${min}`)
    }
    if (max !== null && Number(value) > Number(broker[max]))
      throw invalid(`${name} must be less than or equal to ${max}`)
  }
  for (const protocol of ['consumer', 'share', 'streams'] as const) {
    const session = values.get(`${protocol}.session.timeout.ms`) ?? broker[`group.${protocol}.session.timeout.ms`]
    const heartbeat =
      values.get(`${protocol}.heartbeat.interval.ms`) ?? broker[`group.${protocol}.heartbeat.interval.ms`]
    if (Number(session) <= Number(heartbeat)) {
      throw invalid(`${protocol}.session.timeout.ms must be greater than ${protocol}.heartbeat.interval.ms`)
    }
  }
}

const PUSH_INTERVAL_MS = { min: 100, max: 3_600_000 } as const
const selectors = new Set([
  'client_instance_id',
  'client_id',
  'client_software_name',
  'client_software_version',
  'client_source_address',
  'client_source_port',
])

const checkClientMetrics = (configs: Configs): void => {
  const values = readAll('client-metrics', configs, (name) =>
    malformed(`Unknown client metrics configuration: ${name}`),
  )
  const interval = values.get('interval.ms')
  const { min, max } = PUSH_INTERVAL_MS
  if (typeof interval === 'number' && (interval < min || interval > max)) {
    throw malformed(`Invalid value ${interval} for interval.ms, interval must be between ${min} and ${max} (1 hour)`)
  }
  const patterns = (values.get('match') ?? []) as readonly string[]
  const illegal = patterns.find((pattern) => !isSelection(pattern))
  if (illegal !== undefined) throw invalid(`Illegal client matching pattern: ${illegal}`)
}

const isSelection = (pattern: string): boolean => {
  const [selector = '', expression, ...more] = pattern.split('=')
  if (!selectors.has(selector.trim()) || expression === undefined || expression === '' || more.length > 0) return false
  try {
    return new RegExp(expression.trim()) instanceof RegExp
  } catch {
    return false
  }
}
