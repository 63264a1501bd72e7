// A broker as a process and as a library: what its start prints, how signals end it, what it refuses to start with.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { removeDirectory, temporaryDirectory } from '../harness/cleanup.ts'
import { eventually } from '../harness/eventually.ts'
import { millraceProcess } from '../harness/millrace.ts'
import { program } from '../harness/paths.ts'
import { Peer } from '../harness/peer.ts'
import { brokersListed } from '../harness/probe.ts'
import { type Running, start } from '../harness/process.ts'

const directories: string[] = []

const directory = (): string => {
  const path = temporaryDirectory('lifecycle')
  directories.push(path)
  return path
}

afterEach(() => {
  for (const path of directories.splice(0)) removeDirectory(path)
})

const broker = (cwd: string, ...args: string[]): Running =>
  start({ command: process.execPath, args: [program, 'start', ...args], cwd })

interface Started {
  readonly cluster: string
  readonly listeners: readonly string[]
  readonly data: readonly string[]
  readonly durability: string
}

const started = async (running: Running): Promise<Started> =>
  running.line('the broker started', (line) =>
    line.includes('broker started') ? (JSON.parse(line) as Started) : undefined,
  )

const portOf = ({ listeners }: Started): number => Number(/:(\d+)$/.exec(listeners[0] ?? '')?.[1])

test('one line says where it serves; the data stays in ./data and the cluster keeps its id', async () => {
  const cwd = directory()
  writeFileSync(join(cwd, 'server.properties'), 'listeners=PLAINTEXT://127.0.0.1:0\nlog.retention.hours=1\n')
  const first = broker(cwd, 'server.properties')
  const said = await started(first)
  expect(said.data).toEqual(['data'])
  expect(said.durability).toContain('acks follow the sync')
  expect(await brokersListed(portOf(said))).toBe(1)
  expect(await first.stop()).toBe(0)

  const second = broker(cwd, 'server.properties', '--override', 'log.flush.interval.messages=10000')
  const saidAgain = await started(second)
  expect(saidAgain.cluster).toBe(said.cluster)
  expect(saidAgain.durability).toContain('acks follow the write')
  expect(await second.stop()).toBe(0)
})

/** A broker that the system lets open so many files. */
const brokerWithFiles = (files: number, ...args: string[]): Running => {
  const command = [process.execPath, program, 'start', '--override', 'listeners=PLAINTEXT://127.0.0.1:0', ...args]
  return start({ command: 'sh', args: ['-c', `ulimit -n ${files}; exec "$@"`, 'sh', ...command], cwd: directory() })
}

test('a system that gives too few files is told of', async () => {
  const refused = brokerWithFiles(200)
  expect(await refused.exited).toBe(1)
  expect(refused.lines.join('\n')).toContain('lets this process open 200 files, and a broker needs 544 at least; raise')
})

test('connections do not get the files that logs need', async () => {
  // 272 of 552 are reserved, of the rest logs get a quarter.
  const running = brokerWithFiles(552, '--override', 'max.connections=1000')
  const port = portOf(await started(running))
  expect(running.lines.join('\n')).toContain('max.connections is more than the system has files for')
  const peers = await Promise.all(Array.from({ length: 211 }, () => Peer.open(port)))
  await eventually('one is too many', () => (peers.some(({ closed }) => closed) ? true : undefined))
  expect(peers.filter(({ closed }) => closed)).toHaveLength(1)
  for (const peer of peers) peer.close()
  expect(await running.stop()).toBe(0)
})

test('a stop that cannot write everything down ends with 1 and says so', async () => {
  const cwd = directory()
  const running = broker(cwd, '--override', 'listeners=PLAINTEXT://127.0.0.1:0')
  await started(running)
  removeDirectory(join(cwd, 'data'))
  expect(await running.stop()).toBe(1)
  expect(running.lines.join('\n')).toContain('broker stopped, and not in order')
})

test.each(['http://127.0.0.1:0', 'none'])(
  'millrace stop ends the broker of a directory in order, and waits for it: admin.listener=%s',
  async (admin) => {
    const cwd = directory()
    const overrides = ['listeners=PLAINTEXT://127.0.0.1:0', `admin.listener=${admin}`]
    const running = broker(cwd, ...overrides.flatMap((override) => ['--override', override]))
    await started(running)
    expect(await millraceProcess(['stop'], { folder: cwd })).toEqual({
      code: 0,
      said: '',
      complained: 'the broker stopped\n',
    })
    expect(await running.exited).toBe(0)
    expect(await millraceProcess(['stop'], { folder: cwd })).toMatchObject({ code: 6 })
  },
)

test('a stop does not wait for connections that say nothing', async () => {
  const running = broker(directory(), '--override', 'listeners=PLAINTEXT://127.0.0.1:0')
  const port = portOf(await started(running))
  const silent = connect(port, '127.0.0.1')
  await once(silent, 'connect')
  // The end of the broker may reset it.
  silent.on('error', () => undefined)
  const before = performance.now()
  expect(await running.stop()).toBe(0)
  expect(performance.now() - before).toBeLessThan(3000)
  silent.destroy()
})

test('a second signal ends it at once', async () => {
  // Both signals are there before the first is handled, so that the stop is still going on when the second comes.
  const slow = 'process.once("SIGTERM", () => { const start = Date.now(); while (Date.now() - start < 500); })'
  const running = start({
    command: process.execPath,
    args: [
      '--import',
      `data:text/javascript,${slow}`,
      program,
      'start',
      '--override',
      'listeners=PLAINTEXT://127.0.0.1:0',
    ],
    cwd: directory(),
  })
  await started(running)
  running.signal('SIGTERM')
  await sleep(100)
  running.signal('SIGTERM')
  expect(await running.exited).toBe(143)
})

test('a bad value ends it with 1 before anything is touched', async () => {
  const cwd = directory()
  const running = broker(cwd, '--override', 'num.partitions=none')
  expect(await running.exited).toBe(1)
  expect(running.stderr()).toContain('num.partitions: "none" is not allowed')
  expect(execFileSync('ls', [cwd], { encoding: 'utf8' })).toBe('')
})

test('a port that is taken ends it with 1 and says so', async () => {
  const running = broker(directory(), '--override', 'listeners=PLAINTEXT://127.0.0.1:0')
  const port = portOf(await started(running))
  const second = broker(directory(), '--override', `listeners=PLAINTEXT://127.0.0.1:${port}`)
  expect(await second.exited).toBe(1)
  expect(second.lines.join('\n')).toContain('could not start')
  await running.stop()
})

test('data of another cluster is refused', async () => {
  const cwd = directory()
  mkdirSync(join(cwd, 'data'))
  writeFileSync(join(cwd, 'data', 'meta.properties'), 'version=1\nnode.id=1\ncluster.id=MkU3OEVBNTcwNTJENDM2Qg\n')
  const running = start({
    command: process.execPath,
    args: [program, 'start', '--override', 'listeners=PLAINTEXT://127.0.0.1:0'],
    cwd,
    env: { CLUSTER_ID: 'aaaaaaaaaaaaaaaaaaaaaQ' },
  })
  expect(await running.exited).toBe(1)
  expect(running.lines.join('\n')).toContain('belongs to cluster MkU3OEVBNTcwNTJENDM2Qg')
})
