// The harness itself: a broker starts on its own port, keeps its data over a restart and leaves nothing behind.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startBroker } from '../harness/broker.ts'
import { removeDirectory, temporaryDirectory } from '../harness/cleanup.ts'
import { missingClients } from '../harness/clients.ts'
import { eventually } from '../harness/eventually.ts'
import { repository } from '../harness/paths.ts'
import { brokersListed } from '../harness/probe.ts'
import { start } from '../harness/process.ts'
import type { Held } from './abandoned/holds-brokers.ts'

test('a broker starts, is killed, starts again on its data, and is gone after stop', async () => {
  const broker = await startBroker()
  expect(await brokersListed(broker.port)).toBe(1)
  await broker.kill()
  await expect(brokersListed(broker.port)).rejects.toThrow()
  await broker.restart()
  expect(await brokersListed(broker.port)).toBe(1)
  expect(existsSync(broker.dataDirectory)).toBe(true)
  await broker.stop()
  expect(existsSync(broker.dataDirectory)).toBe(false)
})

const targets = (await missingClients('java')) === undefined ? 'kafka,millrace' : 'millrace'

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test.each(['the runner', 'the process of its tests'] as const)(
  '%s is killed, and no broker outlives it',
  async (who) => {
    const directory = temporaryDirectory('abandoned')
    const file = join(directory, 'held.json')
    const runner = start({
      command: process.execPath,
      args: [
        join(repository, 'node_modules', 'vitest', 'vitest.mjs'),
        'run',
        '--config',
        join(import.meta.dirname, 'abandoned', 'vitest.config.ts'),
      ],
      cwd: repository,
      env: { BROKERS_HELD: file, BROKERS: targets },
    })
    const held = await eventually<Held>(
      'the brokers run',
      () => (existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Held) : undefined),
      { timeoutMs: 120_000 },
    )
    expect(held.pids.every(isRunning)).toBe(true)
    process.kill(who === 'the runner' ? runner.pid : held.testProcess, 'SIGKILL')
    await eventually('the brokers and their directories are gone', () =>
      held.pids.some(isRunning) || held.directories.some((path) => existsSync(path)) ? undefined : true,
    )
    await runner.kill()
    removeDirectory(directory)
  },
)
