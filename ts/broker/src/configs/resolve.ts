// Where each value comes from. A key of a topic is set on the topic, on this broker while it runs, on all brokers while
// they run, in the file or command line, or not at all; the first of these that has it wins.
import {
  type BrokerValues,
  brokerDefinitions,
  type ConfigDefinition,
  findDefinition,
  isSensitive,
} from './definitions.ts'
import { topicDefinitions, type TopicValues } from './definitions.ts'

/** The numbers are those of DescribeConfigs. */
export const configSources = { topic: 1, dynamicBroker: 2, dynamicDefault: 3, static: 4, default: 5 } as const
export type ConfigSource = keyof typeof configSources

type Texts = ReadonlyMap<string, string>

/** What is set below the topics, as texts. */
export interface BrokerLayers {
  readonly dynamicBroker: Texts
  readonly dynamicDefault: Texts
  readonly static: Texts
}

export interface ConfigSynonym {
  readonly name: string
  readonly value: string | null
  readonly source: ConfigSource
}

export interface ResolvedConfig {
  readonly definition: ConfigDefinition
  /** Null where nothing is set, and for what must not be shown. */
  readonly value: string | null
  readonly source: ConfigSource
  /** Every place that has the key, under the name it has there, the one in force first. */
  readonly synonyms: readonly ConfigSynonym[]
}

const layersInOrder = ['dynamicBroker', 'dynamicDefault', 'static'] as const

const defaultText = (name: string): string | null => findDefinition('broker', name)?.default ?? null

/** The text in force for one broker key, its default included. */
const brokerText = (layers: BrokerLayers, name: string): string | null => {
  for (const layer of layersInOrder) {
    const text = layers[layer].get(name)
    if (text !== undefined) return text
  }
  return defaultText(name)
}

// Kafka lists synonyms layer by layer and starts at the key's own name: log.retention.hours alone in a file therefore
// shows as a default of retention.ms without synonyms. Tools compare, so this is kept.
const synonymsOf = (layers: BrokerLayers, own: string, names: readonly string[], hide: boolean): ConfigSynonym[] => {
  const found: ConfigSynonym[] = []
  const add = (name: string, text: string | null | undefined, source: ConfigSource): void => {
    if (text !== undefined && text !== null) found.push({ name, value: hide ? null : text, source })
  }
  for (const layer of layersInOrder) for (const name of names) add(name, layers[layer].get(name), layer)
  for (const name of names) add(name, defaultText(name), 'default')
  const start = found.findIndex((synonym) => synonym.name === own)
  return start === -1 ? [] : found.slice(start)
}

const normal = (definition: ConfigDefinition, text: string): string => {
  const reading = definition.read(text)
  return reading.ok ? reading.text : text
}

/** What the broker gives a topic that does not set the key itself. */
const inherited = (layers: BrokerLayers, definition: ConfigDefinition): string | null => {
  for (const { name, factor } of definition.synonyms) {
    const text = brokerText(layers, name)
    if (text === null) continue
    if (factor === 1) return normal(definition, text)
    const count = BigInt(text.trim())
    return (count < 0n ? -1n : count * BigInt(factor)).toString()
  }
  return definition.default
}

const topicEntry = (layers: BrokerLayers, overrides: Texts, definition: ConfigDefinition): ResolvedConfig => {
  const hide = isSensitive(definition)
  const names = definition.synonyms.map((synonym) => synonym.name)
  const synonyms = names[0] === undefined ? [] : synonymsOf(layers, names[0], names, hide)
  const override = overrides.get(definition.name)
  const value = override === undefined ? inherited(layers, definition) : normal(definition, override)
  if (override !== undefined) synonyms.unshift({ name: definition.name, value: hide ? null : value, source: 'topic' })
  return { definition, value: hide ? null : value, source: synonyms[0]?.source ?? 'default', synonyms }
}

const brokerEntry = (layers: BrokerLayers, definition: ConfigDefinition): ResolvedConfig => {
  const hide = isSensitive(definition)
  const names = definition.synonyms.map((synonym) => synonym.name)
  const synonyms = synonymsOf(layers, definition.name, names, hide)
  const text = brokerText(layers, definition.name)
  const value = text === null || hide ? null : normal(definition, text)
  return { definition, value, source: synonyms[0]?.source ?? 'default', synonyms }
}

const entries = (
  definitions: readonly ConfigDefinition[],
  resolve: (definition: ConfigDefinition) => ResolvedConfig,
): ReadonlyMap<string, ResolvedConfig> =>
  new Map(definitions.filter((one) => !one.hidden).map((definition) => [definition.name, resolve(definition)]))

/** Every key of a topic, as DescribeConfigs and CreateTopics show it. */
export const resolveTopic = (layers: BrokerLayers, overrides: Texts): ReadonlyMap<string, ResolvedConfig> =>
  entries(topicDefinitions, (definition) => topicEntry(layers, overrides, definition))

/** Every key of this broker. */
export const resolveBroker = (layers: BrokerLayers): ReadonlyMap<string, ResolvedConfig> =>
  entries(brokerDefinitions, (definition) => brokerEntry(layers, definition))

/** The keys that are set for all brokers while they run, which is what a broker without a name shows. */
export const resolveClusterDefault = (layers: BrokerLayers): ReadonlyMap<string, ResolvedConfig> => {
  const set = brokerDefinitions.filter((definition) => layers.dynamicDefault.has(definition.name))
  return entries(set, (definition) => {
    const entry = brokerEntry({ ...layers, dynamicBroker: new Map() }, definition)
    return { ...entry, synonyms: entry.synonyms.filter((synonym) => synonym.source === 'dynamicDefault') }
  })
}

const valueOf = (definition: ConfigDefinition, text: string | null): unknown => {
  if (text === null) return definition.fallback
  const reading = definition.read(text)
  return reading.ok ? reading.value : definition.fallback
}

/** The values that a topic without settings of its own has. */
export const topicDefaults = (layers: BrokerLayers): TopicValues =>
  Object.fromEntries(
    topicDefinitions.map((definition) => [definition.name, valueOf(definition, inherited(layers, definition))]),
  ) as unknown as TopicValues

/** The values of a topic. Topics without settings share the object they were given. */
export const topicValues = (defaults: TopicValues, overrides: Texts): TopicValues => {
  if (overrides.size === 0) return defaults
  const own = topicDefinitions
    .filter((definition) => overrides.has(definition.name))
    .map((definition) => [definition.name, valueOf(definition, overrides.get(definition.name) ?? null)] as const)
  return { ...defaults, ...Object.fromEntries(own) }
}

/** The values of the broker's keys. */
export const brokerValues = (layers: BrokerLayers): BrokerValues =>
  Object.fromEntries(
    brokerDefinitions.map((definition) => [definition.name, valueOf(definition, brokerText(layers, definition.name))]),
  ) as unknown as BrokerValues
