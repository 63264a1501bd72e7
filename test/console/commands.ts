// The command or the request that a window or a view offers, run as it stands.
import { execFile } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Locator } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { removeDirectory, temporaryDirectory } from '../harness/cleanup.ts'
import { repository } from '../harness/paths.ts'
import type { Inside } from '../integration/admin/inside.ts'

/** Runs a line as a shell would take it that knows `millrace` and, whatever the machine has, `curl`. */
const run = async (line: string, variables: Readonly<Record<string, string>> = {}) => {
  const home = temporaryDirectory('command')
  onTestFinished(() => removeDirectory(home))
  symlinkSync(join(repository, 'test', 'console', 'curl.mjs'), join(home, 'curl'))
  const PATH = `${join(repository, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}:${home}`
  const env = { ...process.env, PATH, HOME: home, XDG_CONFIG_HOME: home, ...variables }
  // A file, as an argument of `sh` may not be as long.
  writeFileSync(join(home, 'line'), line)
  return promisify(execFile)('sh', ['line'], { cwd: home, env })
}

/** What a command said. */
export const runs = async (line: string): Promise<string> => {
  const { stdout, stderr } = await run(line)
  return `${stdout}${stderr}`
}

/** What a request was answered. It may take a password along, as JSON writes it. */
export const asks = async (
  { authorization }: Pick<Inside, 'authorization'>,
  line: string,
  password = '',
): Promise<string> => {
  const MILLRACE_TOKEN = authorization().authorization.replace('Bearer ', '')
  return (await run(line, { MILLRACE_TOKEN, MILLRACE_PASSWORD: password })).stdout
}

export const commandIn = async (frame: Locator): Promise<string> =>
  (await frame.locator('.command code').textContent()) ?? ''

export const requestIn = async (frame: Locator): Promise<string> =>
  (await frame.locator('.request pre code').textContent()) ?? ''
