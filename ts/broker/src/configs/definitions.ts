// The one table of every key, found by name: keys/broker.ts, keys/topic.ts, keys/group.ts and keys/client-metrics.ts.
import { brokerKeys } from './keys/broker.ts'
import { clientMetricsKeys } from './keys/client-metrics.ts'
import { groupConfigKeys } from './keys/group.ts'
import { whyForPlugIns } from './keys/plug-ins.ts'
import { type Synonym, topicKeys, topicSynonyms } from './keys/topic.ts'
import type { KeyKind } from './kinds.ts'

export type ConfigScope = 'broker' | 'topic' | 'group' | 'client-metrics'

export interface ConfigDefinition extends KeyKind<unknown> {
  readonly name: string
  readonly scope: ConfigScope
  /** Of a broker key: its group. Of another: the broker keys that give its value, the most specific first. */
  readonly synonyms: readonly Synonym[]
}

type ValueOf<K> = K extends KeyKind<infer T> ? T : never

/** The value of every broker key, typed by the table. */
export type BrokerValues = { readonly [N in keyof typeof brokerKeys]: ValueOf<(typeof brokerKeys)[N]> }
/** The value of every topic key, typed by the table. */
export type TopicValues = { readonly [N in keyof typeof topicKeys]: ValueOf<(typeof topicKeys)[N]> }

// Keys of one meaning at several units count as one another's synonyms, as log.retention.hours for log.retention.ms.
const brokerSynonyms = (name: string): readonly Synonym[] =>
  Object.values(topicSynonyms).find((synonyms) => synonyms.length > 1 && synonyms.some((one) => one.name === name)) ?? [
    { name, factor: 1 },
  ]

const groupSynonyms = (name: string): readonly Synonym[] =>
  `group.${name}` in brokerKeys ? [{ name: `group.${name}`, factor: 1 }] : []

const define = (
  scope: ConfigScope,
  keys: Readonly<Record<string, KeyKind<unknown>>>,
  synonymsOf: (name: string) => readonly Synonym[],
): readonly ConfigDefinition[] =>
  Object.entries(keys).map(([name, kind]) => ({ ...kind, name, scope, synonyms: synonymsOf(name) }))

export const brokerDefinitions = define('broker', brokerKeys, brokerSynonyms)
export const topicDefinitions = define('topic', topicKeys, (name) => topicSynonyms[name] ?? [])
export const groupDefinitions = define('group', groupConfigKeys, groupSynonyms)
export const clientMetricsDefinitions = define('client-metrics', clientMetricsKeys, () => [])

export const definitions: readonly ConfigDefinition[] = [
  ...brokerDefinitions,
  ...topicDefinitions,
  ...groupDefinitions,
  ...clientMetricsDefinitions,
]

const named = (list: readonly ConfigDefinition[]): ReadonlyMap<string, ConfigDefinition> =>
  new Map(list.map((definition) => [definition.name, definition]))

const byName: Readonly<Record<ConfigScope, ReadonlyMap<string, ConfigDefinition>>> = {
  broker: named(brokerDefinitions),
  topic: named(topicDefinitions),
  group: named(groupDefinitions),
  'client-metrics': named(clientMetricsDefinitions),
}

/** The definition of a key; undefined for a name that the scope does not have. */
export const findDefinition = (scope: ConfigScope, name: string): ConfigDefinition | undefined =>
  byName[scope].get(name)

const OF_A_LISTENER = /^listener\.name\.[^.]*\.(.*)$/
/** Keys that a listener has once for each mechanism: listener.name.<listener>.<mechanism>.<key>. */
const ofAMechanism = [
  'sasl.jaas.config',
  'sasl.login.callback.handler.class',
  'sasl.login.class',
  'sasl.server.callback.handler.class',
  'connections.max.reauth.ms',
]

/** The key that a key of one listener stands for; null for a key of the whole broker. */
export const listenerKey = (name: string): string | null => {
  const [, base] = OF_A_LISTENER.exec(name) ?? []
  if (base === undefined) return null
  return ofAMechanism.find((key) => base.endsWith(key)) ?? base
}

/** The definition of any name that a broker can have: a key, a key of one listener, or what nobody defined. */
export const brokerDefinition = (name: string): ConfigDefinition => {
  const base = listenerKey(name)
  const known = findDefinition('broker', base ?? name)
  if (known !== undefined && base === null) return known
  const synonyms = (base === null ? [name] : [name, base]).map((one) => ({ name: one, factor: 1 }))
  const own = { name, scope: 'broker', synonyms, default: null, hidden: true, dynamic: 'read-only' } as const
  if (known !== undefined)
    return { ...known, ...own, without: known.without ?? 'listeners have no settings of their own' }
  return {
    ...own,
    type: 'unknown',
    fallback: null,
    allowed: 'anything',
    read: (text) => ({ ok: true, value: text, text }),
    doc: '',
    without: whyForPlugIns(name) ?? 'no key has that name',
    onlyAtStart: null,
  }
}

/** Values of these kinds are never shown: what nobody defined may be a secret. */
export const isSensitive = ({ type }: ConfigDefinition): boolean => type === 'password' || type === 'unknown'

/** What DescribeConfigs says of a key: what it does, its default, and why it does nothing here or not yet. */
export const documentation = (definition: ConfigDefinition): string | null => {
  const { doc, without, onlyAtStart } = definition
  if (doc === '') return null
  const sentences = [doc, defaultInWords(definition)]
  if (without !== null) sentences.push(`Accepted, and without effect here: ${without}.`)
  if (onlyAtStart !== null) sentences.push(`A change while running has no effect: ${onlyAtStart}.`)
  return sentences.join(' ')
}

const defaultInWords = ({ scope, default: text, synonyms }: ConfigDefinition): string => {
  const [behind] = synonyms
  if (scope !== 'broker' && behind !== undefined) return `Default: ${behind.name} of the broker.`
  if (text === null) return 'Not set by default.'
  return text === '' ? 'Empty by default.' : `Default: ${text}.`
}
