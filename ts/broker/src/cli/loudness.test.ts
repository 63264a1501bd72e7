import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { expect, onTestFinished, test } from 'vitest'
import { createProgram, run } from './index.ts'
import { processTerminal } from './terminal.ts'

const complaintsOf = async (args: string, environment: Record<string, string> = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-loudness-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  let complained = ''
  const complain = (text: string): void => void (complained += `${text}\n`)
  const terminal = { ...processTerminal, complain, environment: { XDG_CONFIG_HOME: folder, ...environment } }
  return { code: await run(terminal, args.split(' ')), complained }
}

const leaves = (command: Command): readonly Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap((inner) => leaves(inner))

test('--quiet leaves what went wrong, and takes away what was done', async () => {
  expect((await complaintsOf('profile set dev timeout=1s')).complained).toContain('profile dev is in')
  expect(await complaintsOf('profile set dev timeout=1s --quiet')).toEqual({ code: 0, complained: '' })
  const failed = await complaintsOf('topic list -b 127.0.0.1:1 -q')
  expect(failed.code).toBe(6)
  expect(failed.complained).toMatch(/^error: .*\nnext: {2}.*\n$/)
})

test.each([
  ['topic list -b 127.0.0.1:1 -v', {}],
  ['topic list -b 127.0.0.1:1', { MILLRACE_DEBUG: 'true' }],
])('%s says what was asked of whom, and where it failed', async (args, environment) => {
  const { complained } = await complaintsOf(args, environment)
  expect(complained).toMatch(/^connection to 127\.0\.0\.1:1: [\d.]+ ms$/m)
  expect(complained).toContain('next:  check --bootstrap')
  expect(complained).toMatch(/^ +at /m)
})

test('a command is quiet or says more, and not both', async () => {
  expect(await complaintsOf('version -q -v')).toMatchObject({ code: 2 })
})

test('every command takes both', () => {
  const without = leaves(createProgram(processTerminal, () => undefined)).filter(
    ({ options }) => !['--quiet', '--verbose'].every((flag) => options.some(({ long }) => long === flag)),
  )
  expect(without.map((command) => command.name())).toEqual([])
})
