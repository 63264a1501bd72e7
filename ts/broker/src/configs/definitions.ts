// The one table of every key: broker-keys.ts and topic-keys.ts with their names, found by name.
import { brokerKeys } from './broker-keys.ts'
import type { KeyKind } from './kinds.ts'
import { type Synonym, topicKeys, topicSynonyms } from './topic-keys.ts'

export type ConfigScope = 'broker' | 'topic'

export interface ConfigDefinition extends KeyKind<unknown> {
  readonly name: string
  readonly scope: ConfigScope
  /** Of a topic key: the broker keys that give its value, the most specific first. Of a broker key: its group. */
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

export const brokerDefinitions: readonly ConfigDefinition[] = Object.entries<KeyKind<unknown>>(brokerKeys).map(
  ([name, kind]) => ({ ...kind, name, scope: 'broker', synonyms: brokerSynonyms(name) }),
)

export const topicDefinitions: readonly ConfigDefinition[] = Object.entries<KeyKind<unknown>>(topicKeys).map(
  ([name, kind]) => ({ ...kind, name, scope: 'topic', synonyms: topicSynonyms[name] ?? [] }),
)

export const definitions: readonly ConfigDefinition[] = [...brokerDefinitions, ...topicDefinitions]

const byName: Readonly<Record<ConfigScope, ReadonlyMap<string, ConfigDefinition>>> = {
  broker: new Map(brokerDefinitions.map((definition) => [definition.name, definition])),
  topic: new Map(topicDefinitions.map((definition) => [definition.name, definition])),
}

/** The definition of a key; undefined for a name that the scope does not have. */
export const findDefinition = (scope: ConfigScope, name: string): ConfigDefinition | undefined =>
  byName[scope].get(name)

/** Values of this kind are never shown. */
export const isSensitive = (definition: ConfigDefinition): boolean => definition.type === 'password'
