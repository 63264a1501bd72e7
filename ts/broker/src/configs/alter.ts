// Changes to the configs of a topic, a broker, a group or a subscription: one by one, or the whole set. What comes back
// is the new set, for `check.ts` to check; a change that cannot be made throws the error that Kafka answers.
import { BrokerError } from '../base/errors.ts'
import type { ConfigTarget } from './check.ts'
import { findDefinition } from './definitions.ts'

export type ConfigOperation = 'set' | 'delete' | 'append' | 'subtract'

export interface ConfigChange {
  readonly name: string
  readonly operation: ConfigOperation
  readonly value: string | null
}

type Configs = ReadonlyMap<string, string>

const parts = (text: string): string[] => text.split(',').filter((part) => part !== '')

const withParts = (items: readonly string[], operation: 'append' | 'subtract', given: readonly string[]): string[] => {
  const left = [...items]
  for (const item of given) {
    const at = left.indexOf(item)
    if (operation === 'append' && at === -1) left.push(item)
    if (operation === 'subtract' && at !== -1) left.splice(at, 1)
  }
  return left
}

/** Throws where a key is named twice, or has nothing to be set to. */
export const checkShape = (changes: readonly ConfigChange[]): void => {
  const names = new Set<string>()
  for (const { name, operation, value } of changes) {
    if (names.has(name)) throw new BrokerError('INVALID_REQUEST', `the config ${name} is named twice`)
    names.add(name)
    if (operation !== 'delete' && value === null) {
      throw new BrokerError('INVALID_REQUEST', `Null value not supported for : ${name}`)
    }
  }
}

/** The list that a key is, or has by default. Kafka splits none of a subscription. */
const listOf = (target: ConfigTarget, current: Configs, { name, operation }: ConfigChange): string[] => {
  const scope = target === 'broker-default' ? 'broker' : target
  const definition = findDefinition(scope, name)
  if (definition?.type !== 'list' || scope === 'client-metrics') {
    throw new BrokerError(
      'INVALID_CONFIG',
      `Can't ${operation.toUpperCase()} to key ${name} because its type is not LIST.`,
    )
  }
  return parts(current.get(name) ?? definition.default ?? '')
}

/** The set after the changes, unchecked. What they do not name stays. */
export const alterIncrementally = (
  target: ConfigTarget,
  current: Configs,
  changes: readonly ConfigChange[],
): Map<string, string> => {
  checkShape(changes)
  const configs = new Map(current)
  for (const change of changes) {
    const { name, operation, value } = change
    if (operation === 'delete' || value === null) configs.delete(name)
    else if (operation === 'set') configs.set(name, value)
    else configs.set(name, withParts(listOf(target, configs, change), operation, parts(value)).join(','))
  }
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
