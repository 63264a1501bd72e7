// What a broker starts with: the sources put in order, every value checked, and what a person should be told about it.
import { resolve } from 'node:path'
import { BrokerError } from '../base/errors.ts'
import { type BrokerValues, brokerDefinitions, findDefinition, topicDefinitions } from './definitions.ts'
import { ignoredFamilies, whyIgnored } from './ignored-keys.ts'
import { type Listener, resolveListeners } from './listeners.ts'
import { brokerValues } from './resolve.ts'
import { topicSynonyms } from './topic-keys.ts'

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
  /** Every broker key, typed. */
  readonly values: BrokerValues
  /** What was set, as texts: the static layer of DescribeConfigs. */
  readonly static: Texts
}

export interface StartUp {
  readonly config: BrokerConfig
  readonly warnings: readonly string[]
}

/** Puts the sources in order and checks them. Throws INVALID_CONFIG with a line for everything that is wrong. */
export const readStartUp = (texts: ConfigTexts): StartUp => {
  const given = new Map([...texts.file, ...texts.environment, ...texts.flags])
  const known = new Map([...given].filter(([name]) => findDefinition('broker', name) !== undefined))
  const problems = badValues(known)
  if (problems.length > 0) throw refused(problems)

  const values = brokerValues({ dynamicBroker: new Map(), dynamicDefault: new Map(), static: known })
  const listeners = resolveListeners(values, (key) => known.has(key))
  problems.push(...listeners.problems, ...contradictions(values, known))
  if (problems.length > 0) throw refused(problems)

  return {
    config: {
      nodeId: known.has('node.id') || !known.has('broker.id') ? values['node.id'] : values['broker.id'],
      clusterId: texts.clusterId,
      rack: values['broker.rack'],
      logDirs: values['log.dirs'] ?? values['log.dir'],
      listeners: listeners.bound,
      values,
      static: known,
    },
    warnings: [...listeners.warnings, ...strangers(given), ...withoutEffect(given)],
  }
}

const refused = (problems: readonly string[]): BrokerError => new BrokerError('INVALID_CONFIG', problems.join('\n'))

const badValues = (known: Texts): string[] =>
  [...known].flatMap(([name, text]) => {
    const definition = findDefinition('broker', name)
    const reading = definition?.read(text)
    if (definition === undefined || reading === undefined || reading.ok) return []
    return [`${name}: "${text}" is not allowed (${reading.problem}); allowed is ${definition.allowed}`]
  })

const contradictions = (values: BrokerValues, known: Texts): string[] => {
  const found: string[] = []
  if (known.has('node.id') && known.has('broker.id') && values['node.id'] !== values['broker.id']) {
    found.push(`broker.id: ${values['broker.id']} is not the ${values['node.id']} of node.id; set one of them`)
  }
  const folders = values['log.dirs'] ?? values['log.dir']
  if (folders.length === 0) found.push('log.dirs: at least one folder is needed')
  const places = folders.map((folder) => resolve(folder))
  const twice = folders.find((_, index) => places.indexOf(places[index] ?? '') !== index)
  if (twice !== undefined) found.push(`log.dirs: ${twice} is the same folder as one before it`)
  if (values['group.min.session.timeout.ms'] > values['group.max.session.timeout.ms']) {
    found.push('group.min.session.timeout.ms: must not be above group.max.session.timeout.ms')
  }
  return found
}

const strangers = (given: Texts): string[] =>
  [...given.keys()]
    .filter((name) => findDefinition('broker', name) === undefined && whyIgnored(name) === null)
    .map((name) => {
      const guess = topicSynonyms[name]?.[0]?.name ?? nearest(name)
      return `unknown key ${name}${guess === null ? '' : `: did you mean ${guess}?`}`
    })

const withoutEffect = (given: Texts): string[] => {
  const idle = [...given.keys()].filter((name) => findDefinition('broker', name)?.effect === 'none')
  const lines = idle.length > 0 ? [`accepted, and without effect here: ${idle.join(', ')}`] : []
  for (const { why } of ignoredFamilies) {
    const names = [...given.keys()].filter((name) => !findDefinition('broker', name) && whyIgnored(name) === why)
    if (names.length > 0) lines.push(`ignored, because ${why}: ${names.join(', ')}`)
  }
  return lines
}

/** More mistakes than this are another word. */
const MISTAKES_MAX = 3

/** The known key that differs least from a name; null when none is near. */
export const nearest = (name: string): string | null => {
  let best: string | null = null
  let fewest = MISTAKES_MAX + 1
  for (const candidate of [...brokerDefinitions, ...topicDefinitions].map((definition) => definition.name)) {
    const mistakes = distance(name, candidate, fewest)
    if (mistakes < fewest) [best, fewest] = [candidate, mistakes]
  }
  return best
}

// Levenshtein, one row at a time; names that differ too much in length are not compared.
const distance = (left: string, right: string, bound: number): number => {
  if (Math.abs(left.length - right.length) >= bound) return bound
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let at = 0; at < left.length; at += 1) {
    const next = [at + 1]
    for (let column = 1; column <= right.length; column += 1) {
      const replace = (row[column - 1] ?? 0) + (right[column - 1] === left[at] ? 0 : 1)
      next.push(Math.min(replace, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[right.length] ?? bound
}

/** Keys whose values must not be readable by everybody. */
export const secretKeys = (texts: Texts): readonly string[] =>
  [...texts.keys()].filter((name) => /password|secret|jaas\.config|keystore\.key$/.test(name))
