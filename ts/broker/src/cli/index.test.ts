import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { run } from './index.ts'
import { processTerminal } from './terminal.ts'

const cli = async (args: string[], environment: Record<string, string> = {}) => {
  let said = ''
  const say = (text: string): void => void (said += `${text}\n`)
  const write = (bytes: string | Uint8Array): Promise<void> => Promise.resolve(void (said += bytes.toString()))
  const terminal = { ...processTerminal, print: say, complain: say, write, interactive: false, columns: () => null }
  const code = await run({ ...terminal, environment: { XDG_CONFIG_HOME: '/nonexistent', ...environment } }, args)
  return { code, said }
}

const file = (text: string, mode = 0o600): string => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'server.properties')
  writeFileSync(path, text, { mode })
  return path
}

test('a bad value stops the start with key, value and what is allowed', async () => {
  const { code, said } = await cli(['start', file('num.partitions=0\n')])
  expect(code).toBe(1)
  expect(said).toContain('num.partitions: "0" is not allowed')
  expect(said).toContain('a whole number of at least 1')
})

test('a secret that everybody may read stops the start', async () => {
  const secret = 'ssl.key.password=x\n'
  expect((await cli(['config', 'check', file(secret, 0o644)])).said).toContain('holds a secret (ssl.key.password)')
  expect((await cli(['config', 'check', file(secret)])).code).toBe(0)
})

test('a file that is not there, and an override that is none', async () => {
  expect((await cli(['start', '/nowhere/server.properties'])).said).toContain('cannot be read')
  expect((await cli(['start', '--override', 'nonsense'])).said).toContain('expected key=value')
})

test('the three sources in order', async () => {
  const path = file('node.id=2\nlog.dirs=/a\n')
  const args = ['config', 'check', path, '--override', 'log.dirs=/c']
  expect((await cli(args, { KAFKA_NODE_ID: '3', KAFKA_LOG_DIRS: '/b' })).said).toBe(
    'good: node 3, 1 listener, data in /c\n',
  )
})

test('a check gives the reason for what has no effect', async () => {
  expect((await cli(['config', 'check', file('num.io.threads=4\n')])).said).toContain(
    'warning: num.io.threads is without effect here: millrace.workers says',
  )
})

test('explaining keys', async () => {
  expect((await cli(['config', 'explain', 'retention.ms'])).said).toContain(
    'see also  log.retention.ms, log.retention.minutes',
  )
  expect(await cli(['config', 'explain', 'retention.m'])).toEqual({
    code: 1,
    said: 'retention.m is not a key. Did you mean retention.ms?\n',
  })
  expect((await cli(['config', 'explain', 'super.users'])).code).toBe(0)
  expect((await cli(['config', 'explain', 'metric.reporters'])).said).toContain(
    'accepted, and without effect here: it names Java classes',
  )
  expect((await cli(['config', 'explain', 'num.recovery.threads.per.data.dir'])).said).toContain(
    'with a restart: logs are recovered before',
  )
})
