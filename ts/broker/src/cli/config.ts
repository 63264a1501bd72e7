// `millrace config`: what a key means, and whether a configuration is good, without starting anything.
import { definitions } from '../configs/definitions.ts'
import { whyForPlugIns } from '../configs/keys/plug-ins.ts'
import type { UpdateMode } from '../configs/kinds.ts'
import { nearest, readStartUp } from '../configs/start-up.ts'
import type { Terminal } from './terminal.ts'
import { readSources } from './sources.ts'

/** Prints every scope of a key; returns the exit code. */
export const explain = (terminal: Terminal, name: string): number => {
  const found = definitions.filter((definition) => definition.name === name)
  for (const { scope, type, default: fallback, allowed, dynamic, without, onlyAtStart, doc, synonyms } of found) {
    const sources = synonyms.map((synonym) => synonym.name).filter((synonym) => synonym !== name)
    terminal.print(`${name} (${scope} key, ${type})
  ${doc}
  default   ${fallback === null ? 'not set' : fallback || '(empty)'}
  allowed   ${allowed}
  changes   ${whenItChanges(dynamic, onlyAtStart)}${
    sources.length > 0 ? `\n  see also  ${sources.join(', ')}` : ''
  }${without === null ? '' : `\n  accepted, and without effect here: ${without}`}`)
  }
  if (found.length > 0) return 0
  const ignored = whyForPlugIns(name)
  const guess = nearest(name)
  if (ignored !== null) terminal.print(`${name} is accepted, and without effect here: ${ignored}`)
  else terminal.complain(`${name} is not a key.${guess === null ? '' : ` Did you mean ${guess}?`}`)
  return ignored === null ? 1 : 0
}

const whenItChanges = (dynamic: UpdateMode, onlyAtStart: string | null): string => {
  if (dynamic === 'read-only') return 'with a restart'
  return onlyAtStart === null ? 'while running' : `with a restart: ${onlyAtStart}`
}

/** Reads a configuration as `start` does and says what it found. Throws INVALID_CONFIG. */
export const check = (terminal: Terminal, path: string | undefined, overrides: readonly string[]): number => {
  const { config, warnings, withoutEffect } = readStartUp(readSources(path, overrides, terminal.environment))
  for (const warning of warnings) terminal.complain(`warning: ${warning}`)
  for (const { name, why } of withoutEffect) terminal.complain(`warning: ${name} is without effect here: ${why}`)
  terminal.print(
    `good: node ${config.nodeId}, ${config.listeners.length} listener(s), data in ${config.logDirs.join(', ')}`,
  )
  return 0
}
