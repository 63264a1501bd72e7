// The command that a window or a view offers, run as it stands.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Locator } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { removeDirectory, temporaryDirectory } from '../harness/cleanup.ts'
import { repository } from '../harness/paths.ts'

/** Runs a line as a shell would take it that knows `millrace`; what it said. */
export const runs = async (line: string): Promise<string> => {
  const home = temporaryDirectory('command')
  onTestFinished(() => removeDirectory(home))
  const PATH = `${join(repository, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}`
  const env = { ...process.env, PATH, HOME: home, XDG_CONFIG_HOME: home }
  const { stdout, stderr } = await promisify(execFile)('sh', ['-c', line], { cwd: home, env })
  return `${stdout}${stderr}`
}

export const commandIn = async (frame: Locator): Promise<string> =>
  (await frame.locator('.command code').textContent()) ?? ''
