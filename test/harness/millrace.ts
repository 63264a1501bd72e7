// The command line: in this process, where what counts is what it does, or as a shell runs it.
import { spawn } from 'node:child_process'
import { Readable } from 'node:stream'
import { pathOf } from 'millrace/cli/answers/help.js'
import { createProgram, run } from 'millrace/cli/index.js'
import { processTerminal } from 'millrace/cli/terminal.js'
import { holdToShape } from './answers.ts'
import { watchProcess } from './cleanup.ts'
import { program } from './paths.ts'

const ENDED_MS = 60_000

export interface Ended {
  readonly code: number | null
  readonly said: string
  readonly complained: string
}

export interface MillraceOptions {
  readonly input?: string | Buffer
  readonly environment?: Readonly<Record<string, string>>
  /** Where a process of its own runs. */
  readonly folder?: string
}

/** Profiles of whoever runs the tests are no part of them. */
const NO_PROFILES = { XDG_CONFIG_HOME: '/nonexistent' }

/** Quick: no process, and modules are loaded once. */
export const millrace = async (
  args: readonly string[],
  { input = '', environment = {} }: MillraceOptions = {},
): Promise<Ended> => {
  const said: Buffer[] = []
  let complained = ''
  const terminal = {
    print: (text: string): void => void said.push(Buffer.from(`${text}\n`)),
    complain: (text: string): void => void (complained += `${text}\n`),
    write: (bytes: string | Uint8Array): Promise<void> => {
      said.push(Buffer.from(bytes as Uint8Array))
      return Promise.resolve()
    },
    draw: (): void => undefined,
    ask: () => Promise.resolve('nobody' as const),
    input: Readable.from([Buffer.from(input)]),
    environment: { ...NO_PROFILES, ...environment },
    interactive: false,
    columns: () => null,
  }
  const code = await run(terminal, args)
  return checked(args, { code, said: Buffer.concat(said).toString(), complained })
}

/** What it answers as JSON is as its help says. Who succeeds has answered; who fails may have. */
const checked = (args: readonly string[], ended: Ended): Ended => {
  const command = commandOf(
    createProgram(processTerminal, () => undefined),
    args,
  )
  const { short, long } = command.options.find((option) => option.long === '--output') ?? {}
  const form = args[args.findLastIndex((arg) => arg === short || arg === long) + 1]
  const { code, said } = ended
  if ((form === 'json' || form === 'ndjson') && (said !== '' || code === 0))
    holdToShape({ command: pathOf(command), args, form, said })
  return ended
}

type Command = ReturnType<typeof createProgram>

/** The one that the first words name; of `canary` alone it is the one that it stands for. */
const commandOf = (above: Command, [word, ...rest]: readonly string[]): Command => {
  if (above.commands.length === 0) return above
  const named = above.commands.find((command) => command.name() === word)
  if (named !== undefined) return commandOf(named, rest)
  return above.commands.find((command) => command.name() === 'show') ?? above
}

/** As a shell does it: the process has to end by itself. */
export const millraceProcess = async (
  args: readonly string[],
  { input = '', environment = {}, folder }: MillraceOptions = {},
): Promise<Ended> => {
  const ended = await new Promise<Ended>((resolve, reject) => {
    const env = { ...process.env, ...NO_PROFILES, ...environment }
    const child = spawn(process.execPath, [program, ...args], { env, cwd: folder, timeout: ENDED_MS })
    watchProcess(child)
    let said = ''
    let complained = ''
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (complained += chunk.toString()))
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, said, complained }))
  })
  return checked(args, ended)
}
