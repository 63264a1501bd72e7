// The command line: every command, its arguments and its help.
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { BrokerError } from '../base/errors.ts'
import { check, explain } from './config.ts'
import { start } from './start.ts'
import type { Terminal } from './terminal.ts'

const version = (): string => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

const collect = (value: string, before: readonly string[]): string[] => [...before, value]
const OVERRIDE = [
  '--override <key=value>',
  'a key of server.properties; may be given more than once',
  collect,
  [],
] as const

/** Runs a command line; resolves with its exit code once the command is over. */
export const run = async (terminal: Terminal, args: readonly string[]): Promise<number> => {
  let code = 0
  const program = new Command('millrace')
    .description('A streaming broker that speaks the protocol of Apache Kafka.')
    .version(version())
    .showSuggestionAfterError()

  program
    .command('start')
    .description('run a broker until it is told to stop')
    .argument('[server.properties]', "configuration with Kafka's own keys")
    .option(...OVERRIDE)
    .action(async (path: string | undefined, { override }: { override: string[] }) => {
      code = await start(terminal, path, override)
    })

  const config = program.command('config').description('look at configuration')
  config
    .command('explain')
    .description('say what a key means')
    .argument('<key>')
    .action((key: string) => {
      code = explain(terminal, key)
    })
  config
    .command('check')
    .description('say whether a broker would start with a configuration')
    .argument('[server.properties]')
    .option(...OVERRIDE)
    .action((path: string | undefined, { override }: { override: string[] }) => {
      code = check(terminal, path, override)
    })

  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof BrokerError) || error.code !== 'INVALID_CONFIG') throw error
    terminal.complain(`This configuration does not work:\n${error.message.replaceAll(/^/gm, '  ')}`)
    return 1
  }
  return code
}
