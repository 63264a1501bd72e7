// The command line: every command, its arguments and its help.
import { Command, Option } from 'commander'
import { BrokerError } from '../base/errors.ts'
import { productVersion } from '../base/version.ts'
import { check, explain } from './config.ts'
import { importData, type ImportOptions } from './import.ts'
import { repair, verify } from './log.ts'
import { start } from './start.ts'
import type { Terminal } from './terminal.ts'

const collect = (value: string, before: readonly string[]): string[] => [...before, value]
const OVERRIDE = [
  '--override <key=value>',
  'a key of server.properties; may be given more than once',
  collect,
  [],
] as const

const DATA_DIR = [
  '--data-dir <dir>',
  'a data directory; may be given more than once (default: those of the configuration)',
  collect,
  [],
] as const

/** Runs a command line; resolves with its exit code once the command is over. */
export const run = async (terminal: Terminal, args: readonly string[]): Promise<number> => {
  let code = 0
  const program = new Command('millrace')
    .description('A streaming broker that speaks the protocol of Apache Kafka.')
    .version(productVersion())
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

  const log = program.command('log').description('look after data directories that no broker has open')
  log
    .command('verify')
    .description('read everything and say what is good and what is damaged; exits with 1 on damage')
    .argument('[topic-partition...]', 'only these partitions, or all of a topic')
    .option(...DATA_DIR)
    .option('--json', 'for machines')
    .action(async (selected: string[], options: { dataDir: string[]; json?: boolean }) => {
      code = await verify(terminal, selected, options)
    })
  log
    .command('repair')
    .description('take damaged ranges out of partitions; the other records keep their offsets')
    .argument('<topic-partition...>', 'these partitions, or all of a topic')
    .option(...DATA_DIR)
    .option('--accept-loss', 'do it; without it only what would be lost is shown')
    .action(async (selected: string[], options: { dataDir: string[]; acceptLoss?: boolean }) => {
      code = await repair(terminal, selected, options)
    })
  log
    .command('import')
    .description('bring topics in from data directories of Apache Kafka, or of another broker')
    .argument('<directory...>', 'data directories of one broker; it is stopped, too')
    .option('--into <server.properties>', 'configuration of the broker that gets them')
    .option(...OVERRIDE)
    .option('--topic <name>', 'only this topic; may be given more than once', collect, [])
    .addOption(new Option('--link', 'share what nobody writes any more; both on one file system').conflicts('move'))
    .option('--move', 'the same, and remove the partitions where they were')
    .action(async (sources: string[], options: ImportOptions) => {
      code = await importData(terminal, sources, options)
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
