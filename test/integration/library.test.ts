// `import { start } from 'millrace'`: a broker for the tests of others, in their process, of which nothing stays.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { BrokerError, start } from 'millrace'
import { produce } from 'millrace/messages/00-produce.js'
import { errorName } from 'millrace/wire/errors.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { batch } from '../harness/batch.ts'
import { removeDirectory, temporaryDirectory } from '../harness/cleanup.ts'
import { missingClients } from '../harness/clients.ts'
import { thereAndBack } from '../harness/kafkajs.ts'
import { repository } from '../harness/paths.ts'
import { Peer } from '../harness/peer.ts'
import { brokersListed } from '../harness/probe.ts'
import { run, start as startProgram } from '../harness/process.ts'
import { readyTopic } from '../harness/ready-topic.ts'

const missing = await missingClients('node')
/** Twenty brokers on a shared machine. */
const PATIENCE_MS = 150_000
/** Where brokers have their temporary directories. */
const temporary = temporaryDirectory('library')
const [kept, removed] = [temporaryDirectory('library-kept'), temporaryDirectory('library-removed')]
const before = process.env['TMPDIR']

beforeAll(() => {
  process.env['TMPDIR'] = temporary
})
afterAll(() => {
  if (before === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = before
  for (const directory of [temporary, kept, removed]) removeDirectory(directory)
})

const left = (): readonly string[] => readdirSync(temporary)

describe.skipIf(missing !== undefined)('with kafkajs', () => {
  test('without options: a free port, a temporary directory, and neither is left', async () => {
    const broker = await start()
    expect(broker.listeners).toHaveLength(1)
    expect(broker.bootstrap).toMatch(/^127\.0\.0\.1:[1-9]\d*$/)
    expect(broker.console).toBeNull()
    expect(left()).toHaveLength(1)
    expect(await thereAndBack(broker.bootstrap, 'greetings', ['hello', 'world'])).toEqual(['hello', 'world'])
    await broker.stop()
    await expect(brokersListed(broker.listeners[0]!.port)).rejects.toThrow('ECONNREFUSED')
    expect(left()).toEqual([])
  })

  test('ten at once, each a cluster of its own', async () => {
    const brokers = await Promise.all(Array.from({ length: 10 }, () => start()))
    expect(new Set(brokers.map(({ clusterId }) => clusterId)).size).toBe(10)
    expect(new Set(brokers.map(({ bootstrap }) => bootstrap)).size).toBe(10)
    const read = await Promise.all(brokers.map(({ bootstrap }, at) => thereAndBack(bootstrap, 'same', [`of ${at}`])))
    expect(read).toEqual(brokers.map((_, at) => [`of ${at}`]))
    await Promise.all(brokers.map((broker) => broker.stop()))
    expect(left()).toEqual([])
  })

  test('data that has a place of its own is kept', async () => {
    const properties = { 'log.dirs': kept }
    const first = await start({ properties, clusterId: 'MkU3OEVBNTcwNTJENDM2Qg' })
    await thereAndBack(first.bootstrap, 'kept', ['once'])
    await first.stop()
    const second = await start({ properties })
    expect(second.clusterId).toBe('MkU3OEVBNTcwNTJENDM2Qg')
    expect(await thereAndBack(second.bootstrap, 'kept', ['again'])).toEqual(['again'])
    await second.stop()
    expect(left()).toEqual([])
  })
})

test('the console and its API are there where they are asked for', async () => {
  const properties = { 'admin.listener': 'http://127.0.0.1:0', 'admin.password': 'chosen for a test' }
  const broker = await start({ properties })
  expect((await fetch(`${broker.console}/readyz`)).status).toBe(200)
  expect(broker.consolePassword).toBeNull()
  await broker.stop()
  await expect(fetch(`${broker.console}/readyz`)).rejects.toThrow('fetch failed')
})

test('the password that nobody chose is told', async () => {
  const broker = await start({ properties: { 'admin.listener': 'http://127.0.0.1:0' } })
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ user: 'admin', password: broker.consolePassword })
  const { status } = await fetch(`${broker.console}/api/v1/session`, { method: 'POST', headers, body })
  expect(status).toBe(200)
  await broker.stop()
})

test('what is wrong is thrown, and leaves nothing', async () => {
  await expect(start({ properties: { 'num.partitions': 'none' } })).rejects.toThrow('"none" is not allowed')
  const taken = await start()
  const again = { properties: { listeners: `PLAINTEXT://${taken.bootstrap}` } }
  await expect(start(again)).rejects.toThrow('cannot listen')
  expect(left()).toHaveLength(1)
  await taken.stop()
  expect(left()).toEqual([])
})

test('a stop that cannot write everything down says so, twice where it is asked twice', async () => {
  const broker = await start({ properties: { 'log.dirs': removed } })
  removeDirectory(removed)
  await expect(broker.stop()).rejects.toThrow(BrokerError)
  await expect(broker.stop()).rejects.toMatchObject({ code: 'KAFKA_STORAGE_ERROR' })
  await expect(broker.closed).rejects.toMatchObject({ code: 'KAFKA_STORAGE_ERROR' })
})

/** A program of its own: what it has open can be counted, and it has to end by itself. */
const program = (source: string) => ({
  command: process.execPath,
  args: ['--input-type=module', '--eval', `import { start } from 'millrace'\n${source}`],
  cwd: join(repository, 'test'),
  env: { TMPDIR: temporary },
})

const COUNTS = `
  import { readdirSync } from 'node:fs'
  process.exit = () => { throw new Error('process.exit was called') }
  const count = () => ({
    files: readdirSync('/proc/self/fd').length,
    threads: readdirSync('/proc/self/task').length,
    listeners: process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
  })
  const tenAtOnce = async () => {
    const brokers = await Promise.all(Array.from({ length: 10 }, () => start()))
    const counted = count()
    await Promise.all(brokers.map((broker) => broker.stop()))
    return counted
  }
  await tenAtOnce()
  const before = count()
  const during = await tenAtOnce()
  console.log(JSON.stringify({ before, during, after: count() }))
`

interface Counts {
  readonly files: number
  readonly threads: number
  readonly listeners: readonly unknown[]
}

test('no descriptor, thread, listener or directory stays, and the program ends by itself', async () => {
  const { stdout } = await run(program(COUNTS), { timeoutMs: PATIENCE_MS })
  const { before, during, after } = JSON.parse(stdout.toString()) as Readonly<
    Record<'before' | 'during' | 'after', Counts>
  >
  expect(after).toEqual(before)
  expect(during.listeners).toEqual(before.listeners)
  expect(during.threads).toBeGreaterThan(before.threads)
  expect(left()).toEqual([])
})

const WAITS = `
  const broker = await start()
  console.log('started ' + broker.bootstrap)
  await broker.closed.catch((error) => console.log('closed ' + error.code + ': ' + error.message))
`

test('a broker whose data directory fails ends by itself and rejects', async () => {
  const running = startProgram(program(WAITS))
  const port = await running.line('it started', (line) => Number(/^started .*:(\d+)$/.exec(line)?.[1]) || undefined)
  const peer = await Peer.open(port)
  await readyTopic(peer, 'written')
  // From now on the system refuses every write to a file.
  await run({ command: 'prlimit', args: ['--pid', String(running.pid), '--fsize=0'] })
  const topicData = [{ name: 'written', partitionData: [{ index: 0, records: batch([{ value: 'lost' }]) }] }]
  const answer = await peer.call(produce, 9, { transactionalId: null, acks: -1, timeoutMs: 10_000, topicData })
  expect(errorName(answer.responses[0]!.partitionResponses[0]!.errorCode)).toBe('KAFKA_STORAGE_ERROR')
  peer.close()
  const said = await running.line('it closed', (line) => (line.startsWith('closed') ? line : undefined))
  expect(said).toContain('closed KAFKA_STORAGE_ERROR: ')
  expect(await running.exited).toBe(0)
  expect(left()).toEqual([])
})
