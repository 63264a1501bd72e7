// Foreign programs as values: `run` waits for one to end, `start` keeps one running and lets the test read its lines.
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { watchProcess } from './cleanup.ts'
import { eventually, GiveUp } from './eventually.ts'

export interface Command {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

export interface Finished {
  readonly code: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

export interface RunOptions {
  readonly timeoutMs?: number
  readonly input?: string | Buffer
}

/** Runs to the end. A program that fails or takes too long throws, with the end of what it printed. */
export const run = async (command: Command, { timeoutMs = 60_000, input }: RunOptions = {}): Promise<Finished> => {
  const child = launch(command)
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk))
  // The program may end before it has read all: its exit code tells, not the broken pipe.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(input)
  let expired = false
  const timer = setTimeout(() => {
    expired = true
    child.kill('SIGKILL')
  }, timeoutMs)
  const code = await closed(child).finally(() => clearTimeout(timer))
  const finished = { code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() }
  if (code === 0) return finished
  const ending = expired ? `took more than ${timeoutMs} ms` : `ended with ${code}`
  throw new Error(`${show(command)} ${ending}\n${tail(finished.stdout.toString())}\n${tail(finished.stderr)}`)
}

export interface Running {
  readonly pid: number
  /** All lines of standard output so far. */
  readonly lines: readonly string[]
  readonly stderr: () => string
  readonly exited: Promise<number | null>
  readonly write: (text: string) => void
  /** Ends its standard input. */
  readonly end: () => void
  readonly signal: (signal: NodeJS.Signals) => void
  readonly kill: () => Promise<void>
  /** SIGTERM, then SIGKILL when it does not end in time. */
  readonly stop: (timeoutMs?: number) => Promise<number | null>
  /** The first line for which `match` answers something. */
  readonly line: <T>(what: string, match: (line: string) => T | undefined, timeoutMs?: number) => Promise<T>
}

export const start = (command: Command): Running => {
  const child = launch(command)
  const lines: string[] = []
  let errors = ''
  let code: number | null | undefined
  if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-OUTPUT_KEPT_MAX)
  })
  child.stdin?.on('error', () => undefined)
  const exited = closed(child).then((value) => (code = value))
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
  }
  return {
    pid: child.pid ?? -1,
    lines,
    stderr: () => errors,
    exited,
    write: (text) => child.stdin?.write(text),
    end: () => child.stdin?.end(),
    signal: (signal) => child.kill(signal),
    kill,
    stop: async (timeoutMs = 20_000) => {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
      return exited.finally(() => clearTimeout(timer))
    },
    line: (what, match, timeoutMs = 30_000) => {
      let next = 0
      return eventually(
        `${show(command)}: ${what}`,
        () => {
          for (; next < lines.length; next += 1) {
            const found = match(lines[next] ?? '')
            if (found !== undefined) return found
          }
          if (code !== undefined)
            throw new GiveUp(`${show(command)} ended with ${code} before ${what}\n${tail(errors)}`)
          return undefined
        },
        { timeoutMs, intervalMs: 10 },
      )
    },
  }
}

const OUTPUT_KEPT_MAX = 1 << 20
const OUTPUT_SHOWN_MAX = 4000

/** Brokers that a test starts by hand do not compete for the port of the console. */
const QUIET = { KAFKA_ADMIN_LISTENER: 'none' }

const launch = ({ command, args, cwd, env }: Command): ChildProcess => {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...QUIET, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  watchProcess(child)
  return child
}

const closed = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code))
  })

const tail = (text: string): string => text.slice(-OUTPUT_SHOWN_MAX).trimEnd()

const show = ({ command, args }: Command): string => [command, ...args].join(' ').slice(0, 400)
