// The command line: in this process, where what counts is what it does, or as a shell runs it.
import { spawn } from 'node:child_process'
import { Readable } from 'node:stream'
import { run } from 'millrace/cli/index.js'
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
    ask: () => Promise.resolve(null),
    input: Readable.from([Buffer.from(input)]),
    environment: { ...NO_PROFILES, ...environment },
    interactive: false,
    columns: () => null,
  }
  const code = await run(terminal, args)
  return { code, said: Buffer.concat(said).toString(), complained }
}

/** As a shell does it: the process has to end by itself. */
export const millraceProcess = (
  args: readonly string[],
  { input = '', environment = {}, folder }: MillraceOptions = {},
): Promise<Ended> =>
  new Promise((resolve, reject) => {
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
