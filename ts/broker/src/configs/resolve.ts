// Where each value comes from. A key of a topic is set on the topic, on this broker while it runs, on all brokers while
// they run, in the file or command line, or not at all; the first of these that has it wins.
import {
  brokerDefinition,
  brokerDefinitions,
  type BrokerValues,
  clientMetricsDefinitions,
  type ConfigDefinition,
  findDefinition,
  groupDefinitions,
  isSensitive,
  topicDefinitions,
  type TopicValues,
} from './definitions.ts'

/** The numbers are those of DescribeConfigs. */
export const configSources = {
  topic: 1,
  dynamicBroker: 2,
  dynamicDefault: 3,
  static: 4,
  default: 5,
  logger: 6,
  clientMetrics: 7,
  group: 8,
} as const
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

export type ResolvedConfigs = ReadonlyMap<string, ResolvedConfig>

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
    if (definition.synonyms.length === 1) return normal(definition, text)
    // Below zero is unlimited, however far.
    const count = BigInt(text.trim())
    return (count < 0n ? -1n : count * BigInt(factor)).toString()
  }
  return definition.default
}

/** A key that something other than a broker can set for itself. */
const ownEntry = (
  layers: BrokerLayers,
  overrides: Texts,
  definition: ConfigDefinition,
  own: ConfigSource,
): ResolvedConfig => {
  const names = definition.synonyms.map((synonym) => synonym.name)
  const synonyms = names[0] === undefined ? [] : synonymsOf(layers, names[0], names, isSensitive(definition))
  const override = overrides.get(definition.name)
  const value = override === undefined ? inherited(layers, definition) : normal(definition, override)
  if (override !== undefined) synonyms.unshift({ name: definition.name, value, source: own })
  return { definition, value, source: synonyms[0]?.source ?? 'default', synonyms }
}

const isShown = (overrides: Texts, { hidden, name }: ConfigDefinition): boolean => !hidden || overrides.has(name)

const byName = (entries: readonly ResolvedConfig[]): ResolvedConfigs =>
  new Map(entries.map((entry) => [entry.definition.name, entry]))

/** Every key of a topic, as DescribeConfigs and CreateTopics show it. */
export const resolveTopic = (layers: BrokerLayers, overrides: Texts): ResolvedConfigs =>
  byName(
    topicDefinitions
      .filter((definition) => isShown(overrides, definition))
      .map((definition) => ownEntry(layers, overrides, definition, 'topic')),
  )

/** Every key of a group. What no broker key gives has its default for a synonym, as Kafka shows it. */
export const resolveGroup = (layers: BrokerLayers, overrides: Texts): ResolvedConfigs =>
  byName(
    groupDefinitions.map((definition) => {
      const entry = ownEntry(layers, overrides, definition, 'group')
      if (definition.synonyms.length > 0) return entry
      const fallback = { name: definition.name, value: definition.default, source: 'default' } as const
      return { ...entry, synonyms: [...entry.synonyms, fallback] }
    }),
  )

/** Every key of a subscription to the metrics of clients. */
export const resolveClientMetrics = (layers: BrokerLayers, overrides: Texts): ResolvedConfigs =>
  byName(clientMetricsDefinitions.map((definition) => ownEntry(layers, overrides, definition, 'clientMetrics')))

const brokerEntry = (layers: BrokerLayers, definition: ConfigDefinition): ResolvedConfig => {
  const hide = isSensitive(definition)
  const names = definition.synonyms.map((synonym) => synonym.name)
  const synonyms = synonymsOf(layers, definition.name, names, hide)
  const text = brokerText(layers, definition.name)
  const value = text === null || hide ? null : normal(definition, text)
  return { definition, value, source: synonyms[0]?.source ?? 'default', synonyms }
}

/** Every key of this broker, and every name that was set on it, whatever it is. */
export const resolveBroker = (layers: BrokerLayers): ResolvedConfigs => {
  const names = new Set(brokerDefinitions.filter((one) => !one.hidden).map((one) => one.name))
  for (const layer of layersInOrder) for (const name of layers[layer].keys()) names.add(name)
  return byName([...names].map((name) => brokerEntry(layers, brokerDefinition(name))))
}

/** What is set for all brokers while they run, which is what a broker without a name shows: each text as it was given. */
export const resolveClusterDefault = ({ dynamicDefault }: BrokerLayers): ResolvedConfigs =>
  byName(
    [...dynamicDefault].map(([name, text]) => {
      const definition = brokerDefinition(name)
      const value = isSensitive(definition) ? null : text
      return { definition, value, source: 'dynamicDefault', synonyms: [{ name, value, source: 'dynamicDefault' }] }
    }),
  )

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
