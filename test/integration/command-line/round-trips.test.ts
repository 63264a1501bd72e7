// Records that go into a broker and come back: how long it takes, and what is said where they do not.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Broker, startBroker, targetName } from '../../harness/broker.ts'
import { eventually } from '../../harness/eventually.ts'
import { type Ended, millrace } from '../../harness/millrace.ts'
import { onScreen } from '../../harness/pseudo-terminal.ts'
import { openWay, type Way } from '../../harness/way.ts'
import { lines } from './cluster.ts'

const CTRL_C = '\u0003'
const CANARY = 'millrace-canary'
const ours = test.skipIf(targetName !== 'millrace')

let broker: Broker
let way: Way

beforeAll(async () => {
  way = await openWay(() => broker.port)
  // Kafka takes no address of clients without one of the controller.
  const advertised = targetName === 'millrace' ? { 'advertised.listeners': `PLAINTEXT://127.0.0.1:${way.port}` } : {}
  broker = await startBroker({ overrides: { 'auto.create.topics.enable': 'false', ...advertised } })
})
afterEach(() => way.release())
afterAll(async () => {
  await broker.stop()
  await way.close()
})

const environment = () => ({ MILLRACE_BOOTSTRAP: `127.0.0.1:${way.port}`, MILLRACE_TIMEOUT: '60s' })
const cli = (args: string): Promise<Ended> => millrace(args.split(' '), { environment: environment() })
const topics = async (): Promise<readonly string[]> => lines((await cli('topic list -o name')).said)

interface Result {
  readonly seconds: number
  readonly p50Ms: number
  readonly p999Ms: number
  readonly maxMs: number
}

test('bench e2e says how long records took, and that each came back; its topic is gone then', async () => {
  const answer = await cli('bench e2e -n 200 -o json')
  expect(answer, answer.complained).toMatchObject({ code: 0 })
  const result = JSON.parse(answer.said) as Result
  expect(result).toMatchObject({ records: 200, bytes: 20_000, lost: 0, duplicated: 0 })
  expect(result.p50Ms).toBeGreaterThan(0)
  expect(result.p999Ms).toBeGreaterThanOrEqual(result.p50Ms)
  expect(result.maxMs).toBeGreaterThanOrEqual(result.p999Ms)
  expect(await topics()).toEqual([])
})

test('bench e2e sends at a rate, to all partitions of a topic that was there', async () => {
  await cli('topic create echo --partitions 3')
  const answer = await cli('bench e2e echo -n 100 --rate 200 -s 1000 --acks 1 -o json')
  expect(answer, answer.complained).toMatchObject({ code: 0 })
  const result = JSON.parse(answer.said) as Result
  expect(result).toMatchObject({ records: 100, bytes: 100_000, lost: 0, duplicated: 0 })
  expect(result.seconds).toBeGreaterThanOrEqual(0.49)
  const analysis = JSON.parse((await cli('topic analyze echo -o json')).said) as {
    readonly partitions: readonly { readonly records: number; readonly valueBytes: { readonly p50: number } }[]
  }
  // The first record of each opened the connections.
  expect(analysis.partitions.map(({ records }) => records).toSorted()).toEqual([34, 34, 35])
  expect(analysis.partitions.map(({ valueBytes }) => valueBytes.p50)).toEqual([1000, 1000, 1000])
  const timed = JSON.parse((await cli('bench e2e echo --for 300ms -o json')).said) as { readonly records: number }
  expect(timed.records).toBeGreaterThan(0)
  await cli('topic delete echo --yes')
})

ours('bench e2e of which a record does not come back has lost it', async () => {
  // The first opens the connections, and comes back.
  way.holdBefore(2)
  const answer = await cli('bench e2e -n 1 --timeout 1s -o json')
  expect(answer, answer.complained).toMatchObject({ code: 1 })
  expect(JSON.parse(answer.said)).toMatchObject({ records: 0, lost: 1, recordsPerSecond: 0, p50Ms: null })
  expect(answer.complained).toMatch(/error: 1 of 1 records did not come back within 1000 ms\nnext: {2}/)
  way.release()
  expect(await topics()).toEqual([])
})

ours('bench e2e of which nothing comes back ends before it begins', async () => {
  way.hold()
  const answer = await cli('bench e2e --timeout 1s')
  expect(answer).toMatchObject({ code: 6, said: '' })
  expect(answer.complained).toContain('what is written cannot be read: the record did not come back within 1 s')
})

test('Ctrl-C ends bench e2e with what came back, and removes its topic', async () => {
  const bench = onScreen(['bench', 'e2e', '--for', '10m'], environment())
  await bench.shows('records/s')
  bench.type(CTRL_C)
  expect(await bench.ended).toBe(130)
  expect(bench.drawn()).toMatch(/lost +0\s/)
  expect(await topics()).toEqual([])
})

interface Round {
  readonly sent: number
  readonly received: number
  readonly failed: number
}
const roundsOf = ({ said }: Ended): readonly Round[] => lines(said).map((line) => JSON.parse(line) as Round)

test('canary run sends records into a topic that it makes, and tells of each round', async () => {
  const answer = await cli('canary run --count 3 --every 50ms -o ndjson')
  expect(answer, answer.complained).toMatchObject({ code: 0 })
  const rounds = roundsOf(answer)
  expect(rounds.map(({ sent }) => sent)).toEqual([1, 2, 3])
  expect(rounds.at(-1)).toMatchObject({
    received: 3,
    failed: 0,
    lost: 0,
    duplicated: 0,
    availability: 1,
    endToEndMs: expect.any(Number) as number,
    failure: null,
  })
  expect(answer.complained).toBe('the newest record came back; of 3 records 0 were lost and 0 came twice\n')
  expect(await topics()).toEqual([CANARY])
  expect((await cli(`config describe topic/${CANARY} -o csv`)).said).toMatch(/^retention\.ms,3600000,/m)

  const table = lines((await cli('canary run --count 2 --every 50ms --utc')).said)
  expect(table[0]).toMatch(/^TIME +BACK +FAILED +LOST +TWICE +BACK % +MS$/)
  expect(table).toHaveLength(3)
  expect(table[2]).toMatch(/^\d{4}-.*Z +2 +0 +0 +0 +100\.000 +[\d.]+$/)
  expect(await cli('canary run --for 100ms --every 60ms -o name')).toMatchObject({ code: 0, said: 'well\nwell\n' })
})

test('canary run for a monitor is one line, and has an end', async () => {
  const well = await cli('canary run --nagios --count 2 --every 50ms')
  expect(well).toMatchObject({ code: 0, complained: '' })
  expect(well.said).toMatch(
    /^OK - the newest .* \| availability=100\.000% lost=0 duplicated=0 end_to_end_p99=[\d.]+ms\n$/,
  )
  const endless = await cli('canary run --nagios')
  expect(endless).toMatchObject({ code: 3, said: 'UNKNOWN - --nagios waits for the end, and there is none\n' })
})

ours('canary run of which nothing comes back is unhealthy at its end', async () => {
  way.hold()
  const answer = await cli('canary run --count 2 --every 50ms --timeout 1s -o name')
  expect(answer).toMatchObject({ code: 10, said: 'well\nfailing\n' })
  expect(answer.complained).toContain('records do not come back: the record did not come back within 1 s\n')
  const monitored = await cli('canary run --nagios --count 1 --timeout 1s')
  expect(monitored.code).toBe(2)
  expect(monitored.said).toMatch(/^CRITICAL - the record did not come back .* \| availability=0\.000% /)
})

test('canary run that nobody answers says so at once', async () => {
  expect(await cli('canary run -b 127.0.0.1:1')).toMatchObject({ code: 6, said: '' })
})

test('Ctrl-C ends canary run', async () => {
  const canary = onScreen(['canary', 'run', '--every', '50ms'], environment())
  await canary.shows('100.000')
  canary.type(CTRL_C)
  expect(await canary.ended).toBe(130)
})

ours('canary run outlives a broker that is killed, and a topic that is deleted', async () => {
  await cli(`topic delete ${CANARY} --yes`)
  const running = cli('canary run --for 12s --every 100ms -o ndjson')
  await eventually('its records are there', async () =>
    (await cli(`consume ${CANARY} --exit --output name`)).said === '' ? undefined : true,
  )
  await broker.kill()
  await broker.restart()
  await cli(`topic delete ${CANARY} --yes`)
  const answer = await running
  expect(answer, answer.complained).toMatchObject({ code: 0 })
  const last = roundsOf(answer).at(-1)
  expect(last).toMatchObject({ lost: 0, duplicated: 0, failure: null })
  expect(last?.failed).toBeGreaterThan(0)
  expect(last?.received).toBeGreaterThan(0)
  expect(answer.complained).toContain('records come back again\n')
})
