// `millrace config`: what a key means, and whether a configuration is good, without starting anything.
import { definitions } from '../configs/definitions.ts'
import { whyForPlugIns } from '../configs/keys/plug-ins.ts'
import type { UpdateMode } from '../configs/kinds.ts'
import { nearest, readStartUp } from '../configs/start-up.ts'
import { exitCode } from './exit-codes.ts'
import { counted } from './nouns.ts'
import { show } from './output/formats.ts'
import { columns, listing, type View } from './output/view.ts'
import { resolveSettings, type ShowOptions } from './settings.ts'
import { readSources } from './sources.ts'
import type { Terminal } from './terminal.ts'

/** Every scope of a key; answers the exit code. */
export const explain = async (terminal: Terminal, name: string, options: ShowOptions): Promise<number> => {
  const form = await resolveSettings(terminal, options)
  const found = definitions.filter((definition) => definition.name === name)
  if (found.length > 0) {
    const keys = found.map(explained)
    await show(terminal, explainedView(keys, keys.flatMap(sentences)), form)
    return exitCode('ok')
  }
  const ignored = whyForPlugIns(name)
  if (ignored === null) {
    const guess = nearest(name)
    terminal.complain(`${name} is not a key.${guess === null ? '' : ` Did you mean ${guess}?`}`)
    return exitCode('failure')
  }
  const text = [`${name} is accepted, and without effect here: ${ignored}`]
  await show(terminal, explainedView([{ ...UNKNOWN, key: name, without: ignored }], text), form)
  return exitCode('ok')
}

type Definition = (typeof definitions)[number]

const explained = ({
  name,
  scope,
  type,
  default: fallback,
  allowed,
  dynamic,
  without,
  onlyAtStart,
  doc,
  synonyms,
}: Definition): Explained => ({
  key: name,
  scope,
  type,
  doc,
  default: fallback,
  allowed,
  changes: whenItChanges(dynamic, onlyAtStart),
  synonyms: synonyms.map((synonym) => synonym.name).filter((synonym) => synonym !== name),
  without,
})

/** Null is what is not known of a key that is only accepted. */
interface Explained {
  readonly key: string
  readonly scope: string | null
  readonly type: string | null
  readonly doc: string | null
  readonly default: string | null
  readonly allowed: string | null
  readonly changes: string | null
  readonly synonyms: readonly string[]
  readonly without: string | null
}

const UNKNOWN = { scope: null, type: null, doc: null, default: null, allowed: null, changes: null, synonyms: [] }

const explainedView = (keys: readonly Explained[], text: readonly string[]): View => ({
  ...listing(keys, {
    columns: columns(['key', 'scope', 'type', 'default', 'allowed', 'changes', 'without effect', 'doc']),
    cells: ({ key, scope, type, default: fallback, allowed, changes, without, doc }) => [
      key,
      scope,
      type,
      fallback,
      allowed,
      changes,
      without,
      doc,
    ],
    name: ({ key }) => key,
  }),
  text,
})

const sentences = ({ key, scope, type, doc, default: fallback, allowed, changes, synonyms, without }: Explained) => [
  `${key} (${scope} key, ${type})`,
  `  ${doc}`,
  `  default   ${fallback === null ? 'not set' : fallback || '(empty)'}`,
  `  allowed   ${allowed}`,
  `  changes   ${changes}`,
  ...(synonyms.length > 0 ? [`  see also  ${synonyms.join(', ')}`] : []),
  ...(without === null ? [] : [`  accepted, and without effect here: ${without}`]),
]

const whenItChanges = (dynamic: UpdateMode, onlyAtStart: string | null): string => {
  if (dynamic === 'read-only') return 'with a restart'
  return onlyAtStart === null ? 'while running' : `with a restart: ${onlyAtStart}`
}

export interface CheckOptions extends ShowOptions {
  readonly override: readonly string[]
}

/** Reads a configuration as `start` does and says what it found. Throws INVALID_CONFIG. */
export const check = async (
  terminal: Terminal,
  path: string | undefined,
  { override, ...options }: CheckOptions,
): Promise<number> => {
  const form = await resolveSettings(terminal, options)
  const { config, warnings, withoutEffect } = readStartUp(readSources(path, override, terminal.environment))
  for (const warning of warnings) terminal.complain(`warning: ${warning}`)
  for (const { name, why } of withoutEffect) terminal.complain(`warning: ${name} is without effect here: ${why}`)
  const { nodeId, listeners, logDirs } = config
  const addresses = listeners.map(({ name, host, port }) => `${name}://${host}:${port}`)
  const view = {
    value: { node: nodeId, listeners: addresses, data: logDirs, warnings, withoutEffect },
    text: [`good: node ${nodeId}, ${counted(listeners.length, 'listener')}, data in ${logDirs.join(', ')}`],
    table: {
      columns: columns(['node', 'listeners', 'data']),
      rows: [[nodeId, addresses.join(' '), logDirs.join(' ')]],
    },
    names: [String(nodeId)],
  }
  await show(terminal, view, form)
  return exitCode('ok')
}
