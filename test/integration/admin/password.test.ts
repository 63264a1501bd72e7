// The password of a first start, as whoever starts a broker meets it: shown once, made anew by a command, or chosen before.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from 'millrace/admin/client.js'
import { readToken, writeToken } from 'millrace/admin/token-file.js'
import { afterEach, expect, test } from 'vitest'
import { removeDirectory, temporaryDirectory } from '../../harness/cleanup.ts'
import { program } from '../../harness/paths.ts'
import { onScreen } from '../../harness/pseudo-terminal.ts'
import { type Command, type Running, run, start } from '../../harness/process.ts'

const brokers: Running[] = []
const directories: string[] = []

afterEach(async () => {
  for (const broker of brokers.splice(0)) await broker.stop()
  for (const path of directories.splice(0)) removeDirectory(path)
})

const directory = (): string => {
  const path = temporaryDirectory('admin-password')
  directories.push(path)
  return path
}

const command = (cwd: string, overrides: readonly string[]): Command => {
  const settings = ['listeners=PLAINTEXT://127.0.0.1:0', 'admin.listener=127.0.0.1:0', ...overrides]
  const args = [program, 'start', ...settings.flatMap((setting) => ['--override', setting])]
  return { command: process.execPath, args, cwd }
}

const broker = async (cwd: string, ...overrides: readonly string[]) => {
  const running = start(command(cwd, overrides))
  brokers.push(running)
  const console = await running.line('the broker started', (line) =>
    line.includes('broker started') ? (JSON.parse(line) as { readonly console: string }).console : undefined,
  )
  return { running, console }
}

const shownPasswords = ({ lines }: Running): readonly string[] =>
  lines.flatMap((line) => {
    const { password } = JSON.parse(line) as { readonly password?: string }
    return password === undefined ? [] : [password]
  })

const login = async (console: string, password: string): Promise<number> => {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ user: 'admin', password })
  return (await fetch(`${console}/api/v1/session`, { method: 'POST', headers, body })).status
}

const reset = async (cwd: string, chosen = ''): Promise<string> => {
  const args = [program, 'admin', 'reset-password']
  const { stdout } = await run({ command: process.execPath, args, cwd, env: { MILLRACE_ADMIN_PASSWORD: chosen } })
  return stdout.toString().trim()
}

test('a person is told where to go and how to log in, in lines of their own', async () => {
  const cwd = directory()
  const { args } = command(cwd, [])
  const started = () => onScreen(args.slice(1), { KAFKA_LOG_DIRS: join(cwd, 'data') })
  const screen = started()
  await screen.shows('stop      Ctrl-C')
  const [, clients] = /^clients +(127\.0\.0\.1:\d+)\s*$/m.exec(screen.drawn()) ?? []
  const [, console] = /^console +(http:\S+)\s*$/m.exec(screen.drawn()) ?? []
  const [, password] = /^log in +admin, password (\S+)\s*$/m.exec(screen.drawn()) ?? []
  expect(clients, screen.drawn()).toBeDefined()
  expect(await login(console ?? '', password ?? '')).toBe(200)
  screen.type('\u0003')
  expect(await screen.ended).toBe(0)
  const again = started()
  await again.shows('stop      Ctrl-C')
  expect(again.drawn()).toContain('log in    admin; millrace admin reset-password')
  again.type('\u0003')
  expect(await again.ended).toBe(0)
})

test('it is shown once, and a command makes another, for a broker that runs and for one that is stopped', async () => {
  const cwd = directory()
  const first = await broker(cwd)
  const [shown = '', ...others] = shownPasswords(first.running)
  expect(others).toEqual([])
  expect(await login(first.console, shown)).toBe(200)

  const second = await reset(cwd)
  expect(await login(first.console, shown)).toBe(401)
  expect(await login(first.console, second)).toBe(200)
  expect(await first.running.stop()).toBe(0)

  const third = await reset(cwd)
  const again = await broker(cwd)
  expect(shownPasswords(again.running)).toEqual([])
  expect(await login(again.console, second)).toBe(401)
  expect(await login(again.console, third)).toBe(200)
})

test('a killed broker leaves an address behind where nobody answers, and the reset finds its data', async () => {
  const cwd = directory()
  const killed = await broker(cwd)
  await killed.running.kill()
  expect(readToken([join(cwd, 'data')])).not.toBeNull()

  const made = await reset(cwd)
  const again = await broker(cwd)
  expect(await login(again.console, made)).toBe(200)
})

test('an address that another broker has taken since is not that of this data', async () => {
  const [cwd, elsewhere] = [directory(), directory()]
  const killed = await broker(cwd)
  await killed.running.kill()
  const other = await broker(elsewhere)
  writeToken(join(cwd, 'data'), { url: other.console, token: readToken([join(cwd, 'data')])?.token ?? '' })

  const made = await reset(cwd)
  expect(await login(other.console, made)).toBe(401)
  const again = await broker(cwd)
  expect(await login(again.console, made)).toBe(200)
})

test('an empty one is none, wherever it is given', async () => {
  const cwd = directory()
  const { running, console } = await broker(cwd, 'admin.password=', 'admin.password.file=')
  const [shown = ''] = shownPasswords(running)
  expect(await login(console, '')).toBe(401)
  expect(await login(console, shown)).toBe(200)
  expect(await running.stop()).toBe(0)
  expect(await reset(cwd, '')).not.toBe('')
})

test('one that is too short is chosen nowhere', async () => {
  const cwd = directory()
  const problem = 'a password has 10 to 256 characters'
  await expect(run(command(cwd, ['admin.password=123456789']))).rejects.toThrow(`admin.password: ${problem}`)
  writeFileSync(join(cwd, 'empty'), '\n')
  await expect(run(command(cwd, ['admin.password.file=empty']))).rejects.toThrow(`admin.password.file: ${problem}`)
  await expect(reset(cwd, '123456789')).rejects.toThrow(`MILLRACE_ADMIN_PASSWORD: ${problem}`)
})

test('it may be chosen before, in a file', async () => {
  const cwd = directory()
  writeFileSync(join(cwd, 'secret'), 'chosen before\n', { mode: 0o600 })
  const { running, console } = await broker(cwd, 'admin.password.file=secret')
  expect(shownPasswords(running)).toEqual([])
  expect(await login(console, 'chosen before')).toBe(200)
})

test('a broker that only reads refuses changes, and lets people log in', async () => {
  const cwd = directory()
  const { running, console } = await broker(cwd, 'admin.read.only=true', 'admin.password=for looking around')
  expect(await login(console, 'for looking around')).toBe(200)
  expect(running.lines.join('')).not.toContain('for looking around')
  const { token = '' } = readToken([join(cwd, 'data')]) ?? {}
  const call = createClient({ base: console, headers: { authorization: `Bearer ${token}` } })
  expect(await call('cluster', {})).toMatchObject({ readOnly: true })
  await expect(call('setPassword', { name: 'admin', password: 'another password' })).rejects.toMatchObject({
    status: 403,
    code: 'READ_ONLY',
  })
  await expect(call('produce', { topic: 'none', value: null })).rejects.toMatchObject({ code: 'READ_ONLY' })
  // A search is no change, although it is posted.
  await expect(call('messages', { topic: 'none' })).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
})
