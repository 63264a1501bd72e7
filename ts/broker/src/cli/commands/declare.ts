// What declarations of commands share. A declaration names arguments and options; what does the work is loaded when it is called.
import { type Command, Option } from 'commander'
import { outputFormats } from '../output/view.ts'
import type { Terminal } from '../terminal.ts'

export interface Declaring {
  readonly terminal: Terminal
  /** Makes work an action; what it resolves with becomes the exit code. */
  act<Args extends readonly unknown[]>(
    work: (...args: Args) => Promise<number> | number,
  ): (...args: Args) => Promise<void>
  /** Runs another command line; resolves with its exit code. */
  readonly run: (terminal: Terminal, args: readonly string[]) => Promise<number>
}

/** An option that may be given more than once; `unless` says what holds where it is not given. */
export const repeated = (flags: string, description: string, unless = 'none'): Option =>
  new Option(flags, description)
    .argParser((value: string, before: readonly string[]): readonly string[] => [...before, value])
    .default([], unless)

/** A command that talks to a cluster. */
export const connecting = (command: Command): Command =>
  command
    .option('-b, --bootstrap <host:port>', 'brokers to ask first, with commas between (default: 127.0.0.1:9092)')
    .option('--profile <name>', 'a named cluster; see millrace profile')
    .option('--timeout <duration>', 'how long one request may take (default: 10s)')

/** A command that answers in any form. */
export const formed = (command: Command): Command =>
  command.addOption(new Option('-o, --output <format>', 'form of the answer (default: table)').choices(outputFormats))

/** A command whose answer is worth another look. */
export const watchable = (command: Command): Command =>
  command.option('--watch [duration]', 'look again and again, every 2s or as given, until Ctrl-C')

/** A command that shows something of a cluster. */
export const showingOptions = (command: Command): Command => watchable(formed(connecting(command)))

/** A command that shows times, or takes some. */
export const timed = (command: Command): Command =>
  command.option('--utc', 'times in UTC, also those that are given without a zone (default: those of this machine)')

/** A command that says whether all is well. */
export const checking = (command: Command): Command =>
  command.addOption(
    new Option('--nagios', 'one line for monitors of that kind, exits with 0, 1, 2 or 3').conflicts([
      'output',
      'watch',
    ]),
  )

/** A command that takes something away. */
export const destroying = (command: Command): Command =>
  formed(connecting(command))
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'say what would happen, and change nothing')
