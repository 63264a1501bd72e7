// The command line as a shell runs it: a process from the build, its exit code and what it wrote.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { watchProcess } from './cleanup.ts'
import { repository } from './paths.ts'

const main = join(repository, 'ts', 'broker', 'dist', 'main.js')
const ENDED_MS = 60_000

export interface Ended {
  readonly code: number | null
  readonly said: string
  readonly complained: string
}

export interface MillraceOptions {
  readonly input?: string | Buffer
  readonly environment?: Readonly<Record<string, string>>
  /** Where it runs. */
  readonly folder?: string
}

/** Settings of whoever runs the tests are no part of them. */
const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MILLRACE_')))

export const millrace = (
  args: readonly string[],
  { input = '', environment = {}, folder }: MillraceOptions = {},
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const env = { ...clean, XDG_CONFIG_HOME: '/nonexistent', ...environment }
    const child = spawn(process.execPath, [main, ...args], { env, cwd: folder, timeout: ENDED_MS })
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
