// What is published: packed, installed into empty directories without a network, and used as a library, as a command and by npx.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { removeDirectory, temporaryDirectory } from '../harness/cleanup.ts'
import { missingClients } from '../harness/clients.ts'
import { thereAndBack } from '../harness/kafkajs.ts'
import { repository } from '../harness/paths.ts'
import { type Command, type Finished, run, start } from '../harness/process.ts'
import { type Registry, startRegistry } from '../harness/registry.ts'

/** A shared machine packs and installs slowly. */
const PATIENCE_MS = 300_000

const missing = await missingClients('node')
const root = temporaryDirectory('package')
const folder = (name: string): string => {
  const path = join(root, name)
  mkdirSync(path, { recursive: true })
  return path
}
const tarballs = folder('tarballs')
const app = folder('app')
let registry: Registry

/** Nothing of whoever runs the tests: no settings of npm, which hands its own on, no cache, no profiles. */
const alone = (cwd: string, command: string, ...args: string[]): Command => {
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: root,
    npm_config_registry: registry.url,
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
  }
  const settings = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
  return { command: 'env', args: ['-i', ...settings, command, ...args], cwd }
}

const inside = (cwd: string, command: string, ...args: string[]): Promise<Finished> =>
  run(alone(cwd, command, ...args), { timeoutMs: PATIENCE_MS })

const files = (): readonly string[] => readdirSync(tarballs).map((name) => join(tarballs, name))
const command = join(app, 'node_modules', '.bin', 'millrace')

beforeAll(async () => {
  const pack = { command: process.execPath, args: [join(repository, '.ci', 'package.mjs'), tarballs] }
  await run(pack, { timeoutMs: PATIENCE_MS })
  registry = await startRegistry(files())
  await inside(app, 'npm', 'install', ...files())
}, PATIENCE_MS)

afterAll(async () => {
  await registry.close()
  removeDirectory(root)
})

test('two packages: one runs everywhere, one has the engine of this platform', () => {
  const [main, engine] = files().toSorted()
  const listed = (path: string): string[] => execFileSync('tar', ['-tzf', path], { encoding: 'utf8' }).split('\n')
  expect(listed(engine!).filter((path) => path.endsWith('.node'))).toEqual([
    `package/logstore.${process.platform}-${process.arch}-gnu.node`,
  ])
  const paths = listed(main!)
  for (const path of [
    'bin/millrace.cjs',
    'dist/bundle/broker.cjs',
    'dist/index.d.ts',
    'dist/console/index.html',
    'LICENSE',
    'README.md',
  ])
    expect(paths).toContain(`package/${path}`)
  expect(paths.filter((path) => /\.(node|map|tsbuildinfo)$|\.test\.|^package\/src/.test(path))).toEqual([])
})

const PROGRAM = `
import { start } from 'millrace'
const broker = await start()
console.log('serves ' + broker.bootstrap)
process.stdin.on('end', () => void broker.stop()).resume()
`

test.skipIf(missing !== undefined)('installed, it is a library, and a command that talks to it', async () => {
  writeFileSync(join(app, 'program.mjs'), PROGRAM)
  const running = start({ command: process.execPath, args: ['program.mjs'], cwd: app })
  const bootstrap = await running.line('it serves', (line) => /^serves (.+)$/.exec(line)?.[1])
  expect(await thereAndBack(bootstrap, 'greetings', ['hello'])).toEqual(['hello'])
  const consumed = await inside(app, command, 'consume', 'greetings', '--exit', '--bootstrap', bootstrap)
  expect(consumed.stdout.toString()).toContain('hello')
  running.end()
  expect(await running.exited).toBe(0)
})

test('installed, it starts as a broker with its console', async () => {
  const overrides = ['listeners=PLAINTEXT://127.0.0.1:0', 'admin.listener=http://127.0.0.1:0']
  const args = overrides.flatMap((override) => ['--override', override])
  const running = start(alone(folder('data'), command, 'start', ...args))
  const { console } = await running.line('it started', (line) =>
    line.includes('broker started') ? (JSON.parse(line) as { console: string }) : undefined,
  )
  const page = await fetch(`${console}/`)
  expect(page.status).toBe(200)
  const [, script = ''] = /<script[^>]* src="([^"]+)"/.exec(await page.text()) ?? []
  expect((await fetch(`${console}${script}`)).headers.get('content-type')).toContain('text/javascript')
  expect(await running.stop()).toBe(0)
})

const TYPED = `
import { type RunningBroker, start, createLogger, BrokerError } from 'millrace'
const broker: RunningBroker = await start({ properties: { 'num.partitions': '3' }, logger: createLogger() })
const ports: readonly number[] = broker.listeners.map(({ port }) => port)
broker.closed.catch((error: unknown) => error instanceof BrokerError && error.code === 'KAFKA_STORAGE_ERROR')
// @ts-expect-error texts alone, as in the file
await start({ properties: { 'num.partitions': 3 } })
export { ports }
`

test('its types hold in a strict program', async () => {
  writeFileSync(join(app, 'typed.mts'), TYPED)
  const types = join(repository, 'node_modules', '@types')
  const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2023', '--types', 'node']
  await inside(app, join(repository, 'node_modules/.bin/tsc'), ...options, '--typeRoots', types, 'typed.mts')
})

test('npx runs it where nothing is installed', async () => {
  const { stdout } = await inside(folder('empty'), 'npx', '--yes', 'millrace', 'version')
  expect(stdout.toString()).toMatch(/\d+\.\d+\.\d+/)
})
