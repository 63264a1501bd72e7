// What monitors of the Nagios kind read: one line, and an exit code of theirs.
import { Failure } from '../failure.ts'
import type { Terminal } from '../terminal.ts'
import type { View } from './view.ts'

const levels = { OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3 } as const

/** What a check comes to. */
export interface Verdict {
  readonly level: keyof typeof levels
  readonly text: string
  /** Each with its unit behind it where it has one: `12ms`, `3B`, `99.9%`. Null for what is not known. */
  readonly measured: Readonly<Record<string, number | string | null>>
}

export interface NagiosOptions {
  readonly nagios?: boolean
}

/** Prints the line of a view that has a verdict; answers the exit code. */
export const tell = (terminal: Terminal, { verdict }: Pick<View, 'verdict'>): number =>
  say(terminal, verdict ?? { level: 'UNKNOWN', text: 'nothing is checked', measured: {} })

/** Where a monitor asks, what fails is a verdict as well. */
export const monitored = async (
  terminal: Terminal,
  { nagios }: NagiosOptions,
  work: () => Promise<number>,
): Promise<number> => {
  if (nagios !== true) return work()
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const level = error.outcome === 'unreachable' ? 'CRITICAL' : 'UNKNOWN'
    return say(terminal, { level, text: error.message, measured: {} })
  }
}

const say = (terminal: Terminal, { level, text, measured }: Verdict): number => {
  const known = Object.entries(measured).filter(([, value]) => value !== null)
  const data = known.map(([name, value]) => `${name}=${value}`).join(' ')
  // A bar begins the measurements, and a second line is not read.
  const line = text.replaceAll(/[|\p{Cc}]+/gu, ' ')
  terminal.print(`${level} - ${line}${data === '' ? '' : ` | ${data}`}`)
  return levels[level]
}
