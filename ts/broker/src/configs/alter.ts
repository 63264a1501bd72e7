// Changes to the configs of a topic or a broker: one by one, or the whole set. What comes back is the new set, checked;
// a change that cannot be made throws the error that Kafka answers.
import { BrokerError } from '../base/errors.ts'
import { type ConfigDefinition, type ConfigScope, findDefinition } from './definitions.ts'

export type ConfigOperation = 'set' | 'delete' | 'append' | 'subtract'

export interface ConfigChange {
  readonly name: string
  readonly operation: ConfigOperation
  readonly value: string | null
}

/** What carries the configs. `broker-default` is the broker without a name: all brokers at once. */
export type ConfigTarget = 'topic' | 'broker' | 'broker-default'

type Configs = ReadonlyMap<string, string>

const scopeOf = (target: ConfigTarget): ConfigScope => (target === 'topic' ? 'topic' : 'broker')

const isList = (definition: ConfigDefinition | undefined): boolean => definition?.type === 'list'

const parts = (text: string): string[] => text.split(',').filter((part) => part !== '')

const withPart = (items: readonly string[], operation: 'append' | 'subtract', given: readonly string[]): string[] =>
  operation === 'append' ? [...new Set([...items, ...given])] : items.filter((item) => !given.includes(item))

const checkShape = (changes: readonly ConfigChange[]): void => {
  const names = new Set<string>()
  for (const { name, operation, value } of changes) {
    if (names.has(name)) throw new BrokerError('INVALID_REQUEST', `the config ${name} is named twice`)
    names.add(name)
    if (operation !== 'delete' && value === null) {
      throw new BrokerError('INVALID_REQUEST', `Null value not supported for : ${name}`)
    }
  }
}

/** The set after the changes. What they do not name stays. */
export const alterIncrementally = (
  target: ConfigTarget,
  current: Configs,
  changes: readonly ConfigChange[],
): Map<string, string> => {
  checkShape(changes)
  const configs = new Map(current)
  for (const { name, operation, value } of changes) {
    if (operation === 'delete' || value === null) {
      configs.delete(name)
    } else if (operation === 'set') {
      configs.set(name, value)
    } else {
      const definition = findDefinition(scopeOf(target), name)
      if (!isList(definition)) {
        const verb = operation.toUpperCase()
        throw new BrokerError('INVALID_CONFIG', `Can't ${verb} to key ${name} because its type is not LIST.`)
      }
      const items = parts(configs.get(name) ?? definition?.default ?? '')
      configs.set(name, withPart(items, operation, parts(value)).join(','))
    }
  }
  checkMayChange(target, new Set(changes.map((change) => change.name)))
  checkConfigs(target, configs)
  return configs
}

/** The given set in place of all that was: what it does not name goes back to its default. */
export const replaceAll = (
  target: ConfigTarget,
  given: readonly { readonly name: string; readonly value: string | null }[],
): Map<string, string> =>
  alterIncrementally(
    target,
    new Map(),
    given.map((entry) => ({ ...entry, operation: 'set' })),
  )

// Only brokers have keys that cannot change while they run.
const checkMayChange = (target: ConfigTarget, names: ReadonlySet<string>): void => {
  if (target === 'topic') return
  const refused = (mode: string): string[] =>
    [...names].filter((name) => findDefinition('broker', name)?.dynamic === mode).toSorted()
  const fixed = refused('read-only')
  if (fixed.length > 0) {
    throw new BrokerError('INVALID_REQUEST', `Cannot update these configs dynamically: ${fixed.join(', ')}`)
  }
  const single = target === 'broker-default' ? refused('per-broker') : []
  if (single.length > 0) {
    throw new BrokerError('INVALID_REQUEST', `These configs need the id of one broker: ${single.join(', ')}`)
  }
}

/** Throws unless every key is known and every value allowed; CreateTopics asks the same of its configs. */
export const checkConfigs = (target: ConfigTarget, configs: Configs): void => {
  const scope = scopeOf(target)
  // Kafka answers a bad value for a broker with INVALID_REQUEST and keeps that for compatibility (KAFKA-13609).
  const code = scope === 'topic' ? 'INVALID_CONFIG' : 'INVALID_REQUEST'
  for (const [name, text] of configs) {
    const definition = findDefinition(scope, name)
    if (definition === undefined) throw new BrokerError('INVALID_CONFIG', `Unknown ${scope} config name: ${name}`)
    const reading = definition.read(text)
    if (!reading.ok) {
      throw new BrokerError(code, `Invalid value ${text} for configuration ${name}: ${reading.problem}`)
    }
  }
  if (scope === 'topic') checkCompactionLag(configs)
}

const checkCompactionLag = (configs: Configs): void => {
  const [least, most] = [configs.get('min.compaction.lag.ms'), configs.get('max.compaction.lag.ms')]
  if (least !== undefined && most !== undefined && BigInt(least.trim()) > BigInt(most.trim())) {
    throw new BrokerError(
      'INVALID_CONFIG',
      `conflict topic config setting min.compaction.lag.ms (${least}) > max.compaction.lag.ms (${most})`,
    )
  }
}
