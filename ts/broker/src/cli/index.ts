// The command line: the tree of commands, and what a failure looks like. Each command is loaded when it is called, so that
// `start` does not wait for the others.
import { inspect } from 'node:util'
import { Command, CommanderError } from 'commander'
import { BrokerError, messageOf } from '../base/errors.ts'
import { productVersion } from '../base/version.ts'
import { declareAnswers } from './answers/help.ts'
import { declareAdmin } from './commands/admin.ts'
import { declareLog, declareStart } from './commands/broker.ts'
import { declareCluster } from './commands/cluster.ts'
import { declareConfig } from './commands/config.ts'
import type { Declaring } from './commands/declare.ts'
import { declareGroup } from './commands/group.ts'
import { declareLocal } from './commands/local.ts'
import { declareManual, declareProfile } from './commands/manual.ts'
import { declareRecords } from './commands/records.ts'
import { declareTools } from './commands/tools.ts'
import { declareTopic } from './commands/topic.ts'
import { exitCode } from './exit-codes.ts'
import { failureOf } from './failure.ts'
import { declareLoudness, loudnessOf, voiced } from './loudness.ts'
import type { Terminal, Unvoiced } from './terminal.ts'

/** The tree; `ended` is told the exit code of the command that ran. */
export const createProgram = (terminal: Terminal, ended: (code: number) => void): Command => {
  const program = new Command('millrace')
    .description('A streaming broker that speaks the protocol of Apache Kafka.')
    .version(productVersion)
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.complain(text.trimEnd()),
    })
  const declaring: Declaring = {
    terminal,
    act:
      (work) =>
      async (...args) =>
        ended(await work(...args)),
    run,
  }
  declareStart(program, declaring)
  declareTopic(program, declaring)
  declareRecords(program, declaring)
  declareGroup(program, declaring)
  declareCluster(program, declaring)
  declareConfig(program, declaring)
  declareLog(program, declaring)
  declareAdmin(program, declaring)
  declareLocal(program, declaring)
  declareProfile(program, declaring)
  declareTools(program, declaring)
  declareManual(program, declaring)
  declareLoudness(program)
  declareAnswers(program)
  return program
}

/** What is never thrown. */
const NOTHING_STRAY = new Promise<never>(() => undefined)

/**
 * Runs a command line; resolves with its exit code once the command is over. `stray` rejects with what was thrown where nobody waited:
 * the command has failed then, though it may never end.
 */
export const run = async (unvoiced: Unvoiced, args: readonly string[], stray = NOTHING_STRAY): Promise<number> => {
  let code = 0
  let loudness = loudnessOf({}, unvoiced.environment)
  const terminal = voiced(unvoiced, () => loudness)
  const program = createProgram(terminal, (ended) => (code = ended))
  program.hook('preAction', (_, command) => {
    loudness = loudnessOf(command.opts(), terminal.environment)
  })
  try {
    await Promise.race([program.parseAsync(args, { from: 'user' }), stray])
    return code
  } catch (error) {
    return failed(terminal, error)
  }
}

const failed = (terminal: Terminal, error: unknown): number => {
  // Commander has said it already; help that was asked for is no error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCode('usage')
  if (error instanceof BrokerError && error.code === 'INVALID_CONFIG') {
    terminal.complain(`This configuration does not work:\n${error.message.replaceAll(/^/gm, '  ')}`)
    return exitCode('failure')
  }
  const failure = failureOf(error)
  if (failure === null) return surprised(terminal, error)
  terminal.complain(`error: ${failure.message}`)
  if (failure.next !== null) terminal.complain(`next:  ${failure.next}`)
  terminal.detail(inspect(failure))
  return exitCode(failure.outcome)
}

/** A defect of ours, or something that nobody thought of. */
const surprised = (terminal: Terminal, error: unknown): number => {
  terminal.complain(`error: ${messageOf(error)}`)
  if (terminal.loudness() === 'verbose') terminal.complain(inspect(error))
  else terminal.complain('next:  the same with -v shows where in the program')
  return exitCode('failure')
}
