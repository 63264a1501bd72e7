// What a broker starts with: the sources put in order, every value checked, and what a person should be told about it.
import { BrokerError } from '../base/errors.ts'
import { nearestOf } from '../base/nearest.ts'
import { contradictions } from './contradictions.ts'
import { brokerDefinition, brokerDefinitions, type BrokerValues, topicDefinitions } from './definitions.ts'
import { whyForPlugIns } from './keys/plug-ins.ts'
import { topicSynonyms } from './keys/topic.ts'
import { type AdminPlace, type Listener, resolveListeners } from './listeners.ts'
import { brokerValues } from './resolve.ts'
import { type WithoutEffect, withoutEffect } from './without-effect.ts'

type Texts = ReadonlyMap<string, string>

/** What was said, the later of two sources winning: file, environment, command line. */
export interface ConfigTexts {
  readonly file: Texts
  readonly environment: Texts
  readonly flags: Texts
  readonly clusterId: string | null
}

export interface BrokerConfig {
  readonly nodeId: number
  readonly clusterId: string | null
  readonly rack: string | null
  readonly logDirs: readonly string[]
  readonly listeners: readonly Listener[]
  /** Null where it is switched off. */
  readonly admin: AdminPlace | null
  /** Every broker key, typed. */
  readonly values: BrokerValues
  /** What was set, as texts: the static layer of DescribeConfigs. */
  readonly static: Texts
}

export interface StartUp {
  readonly config: BrokerConfig
  readonly warnings: readonly string[]
  /** What was set and changes nothing. */
  readonly withoutEffect: readonly WithoutEffect[]
}

/** Puts the sources in order and checks them. Throws INVALID_CONFIG with a line for everything that is wrong. */
export const readStartUp = (texts: ConfigTexts): StartUp => {
  const given = new Map([...texts.file, ...texts.environment, ...texts.flags])
  const problems = badValues(given)
  if (problems.length > 0) throw refused(problems)

  const fixed = withBothIds(given)
  const values = brokerValues({ dynamicBroker: new Map(), dynamicDefault: new Map(), static: fixed })
  const listeners = resolveListeners(values, (key) => fixed.has(key))
  problems.push(...listeners.problems, ...contradictions(values))
  if (fixed.has('broker.id') && values['node.id'] !== values['broker.id']) {
    problems.push(`broker.id: ${values['broker.id']} is not the ${values['node.id']} of node.id; set one of them`)
  }
  if (problems.length > 0) throw refused(problems)

  return {
    config: {
      nodeId: values['node.id'],
      clusterId: texts.clusterId,
      rack: values['broker.rack'],
      logDirs: values['log.dirs'] ?? values['log.dir'],
      listeners: listeners.bound,
      admin: listeners.admin,
      values,
      static: fixed,
    },
    warnings: [...listeners.warnings, ...strangers(given)],
    withoutEffect: withoutEffect('broker', [...given.keys()].filter(isKnown), 'at start'),
  }
}

// The two names of one key; Kafka shows both, whichever was given.
const withBothIds = (given: Texts): Texts => {
  const id = given.get('node.id') ?? given.get('broker.id')
  return id === undefined ? given : new Map([['node.id', id], ['broker.id', id], ...given])
}

const refused = (problems: readonly string[]): BrokerError => new BrokerError('INVALID_CONFIG', problems.join('\n'))

const badValues = (given: Texts): string[] =>
  [...given].flatMap(([name, text]) => {
    const { read, allowed } = brokerDefinition(name)
    const reading = read(text)
    return reading.ok ? [] : [`${name}: "${text}" is not allowed (${reading.problem}); allowed is ${allowed}`]
  })

const isKnown = (name: string): boolean => brokerDefinition(name).type !== 'unknown' || whyForPlugIns(name) !== null

const strangers = (given: Texts): string[] =>
  [...given.keys()]
    .filter((name) => !isKnown(name))
    .map((name) => {
      const guess = topicSynonyms[name]?.[0]?.name ?? nearest(name)
      return `unknown key ${name}${guess === null ? '' : `: did you mean ${guess}?`}`
    })

/** The one line of a start that says what was set and changes nothing; null where all of it does. */
export const withoutEffectLine = (settings: readonly WithoutEffect[]): string | null =>
  settings.length === 0
    ? null
    : `${settings.length} ${settings.length === 1 ? 'setting is' : 'settings are'} accepted and without effect here: ` +
      `${settings.map(({ name }) => name).join(', ')} (millrace config explain KEY says why)`

/** The known key that differs least from a name; null when none is near. */
export const nearest = (name: string): string | null =>
  nearestOf(
    name,
    [...brokerDefinitions, ...topicDefinitions].map((definition) => definition.name),
  )

/** Keys whose values must not be readable by everybody. */
export const secretKeys = (texts: Texts): readonly string[] =>
  [...texts.keys()].filter((name) => brokerDefinition(name).type === 'password' || /password|secret/.test(name))
