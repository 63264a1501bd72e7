// How much a command says beside its data: `--quiet` and `-v`, which every command takes.
import { type Command, Option } from 'commander'
import type { Loudness, Terminal, Unvoiced } from './terminal.ts'

interface LoudnessOptions {
  readonly quiet?: boolean
  readonly verbose?: boolean
}

/** Of every command that does something. */
export const declareLoudness = (command: Command): void => {
  for (const inner of command.commands) declareLoudness(inner)
  if (command.commands.length > 0) return
  command
    .addOption(new Option('-q, --quiet', 'only data, and what went wrong').conflicts('verbose'))
    .option('-v, --verbose', 'say what is asked of whom, and where it failed')
}

/** Where no flag says anything, `MILLRACE_DEBUG=true` is `-v`. */
export const loudnessOf = ({ quiet, verbose }: LoudnessOptions, environment: Terminal['environment']): Loudness => {
  if (quiet === true) return 'quiet'
  return verbose === true || environment['MILLRACE_DEBUG'] === 'true' ? 'verbose' : 'usual'
}

/** As loud as `loudness` says at the time. */
export const voiced = (terminal: Unvoiced, loudness: () => Loudness): Terminal => ({
  ...terminal,
  loudness,
  note: (text) => {
    if (loudness() !== 'quiet') terminal.complain(text)
  },
  detail: (text) => {
    if (loudness() === 'verbose') terminal.complain(text)
  },
  draw: (lines) => {
    if (loudness() !== 'quiet') terminal.draw(lines)
  },
})
