// The record that a broker sends through itself once a second: what it tells, to whom, and what it leaves alone.
import { start } from 'millrace'
import { createLogger } from 'millrace/base/logger.js'
import { produce } from 'millrace/messages/00-produce.js'
import { metadata } from 'millrace/messages/03-metadata.js'
import { expect, test } from 'vitest'
import { batch } from '../../harness/batch.ts'
import { removeDirectory, temporaryDirectory } from '../../harness/cleanup.ts'
import { eventually } from '../../harness/eventually.ts'
import { millrace } from '../../harness/millrace.ts'
import { Peer } from '../../harness/peer.ts'
import { inside } from './inside.ts'

const CANARY = '__millrace_canary'
const INVALID_TOPIC = 17

// Whatever the broker says of topics: this one is as it needs it.
const settings = { 'canary.enable': 'true', 'compression.type': 'gzip', 'log.cleanup.policy': 'compact' }
const { call, dataDirectory, fetch, peer } = inside(settings)
const readOnly = inside({ 'canary.enable': 'true', 'admin.read.only': 'true' })

const here = () => ['--override', `log.dirs=${dataDirectory()}`]
const figures = async () => (await call('canary', {})).figures
/** Waits until so many came back. */
const received = (count: number) =>
  eventually(`${count} records come back`, async () => {
    const found = await figures()
    return found !== null && found.received >= count && found.failure === null ? found : undefined
  })

test('records come back, none is lost or doubled', async () => {
  const { hour, ...found } = await received(3)
  expect(found).toMatchObject({ failed: 0, lost: 0, duplicated: 0 })
  expect(hour).toMatchObject({ availability: 1, lost: 0, duplicated: 0 })
  expect(hour.produceMs?.p50).toBeGreaterThan(0)
  expect(hour.endToEndMs?.max).toBeGreaterThan(0)
  expect(found.sent).toBeGreaterThanOrEqual(found.received)
})

test('metrics and health tell of them', async () => {
  await received(1)
  const text = await (await fetch('/metrics')).text()
  expect(text).toMatch(/^millrace_canary_records_received_total [1-9]/m)
  expect(text).toMatch(/^millrace_canary_records_lost_total 0$/m)
  expect(text).toMatch(/^millrace_canary_availability 1$/m)
  expect(text).toMatch(/^millrace_canary_produce_seconds_bucket\{le="\+Inf"\} [1-9]/m)
  expect(text).toMatch(/^millrace_canary_end_to_end_seconds_count [1-9]/m)
  const { checks } = (await (await fetch('/healthz')).json()) as {
    readonly checks: readonly { readonly name: string }[]
  }
  expect(checks).toContainEqual(expect.objectContaining({ name: 'canary', ok: true }))
})

test('the command line shows them', async () => {
  await received(1)
  const shown = await millrace(['canary', ...here()])
  expect(shown, shown.complained).toMatchObject({ code: 0 })
  expect(shown.said).toMatch(/availability +100\.000 %/)
  expect(await millrace(['canary', '-o', 'name', ...here()])).toMatchObject({ code: 0, said: 'well\n' })
})

test('its topic is internal, bounded, and not for clients', async () => {
  await received(1)
  const { topics } = await peer().call(metadata, 12, { topics: [{ name: CANARY }], allowAutoTopicCreation: false })
  expect(topics).toMatchObject([{ name: CANARY, isInternal: true, errorCode: 0 }])
  expect((await call('topics', { internal: 'false' })).items).toEqual([])
  const { items } = await call('topicConfigs', { topic: CANARY })
  expect(items).toContainEqual(expect.objectContaining({ name: 'retention.ms', value: '3600000' }))
  const { responses } = await peer().call(produce, 9, {
    acks: -1,
    timeoutMs: 10_000,
    topicData: [{ name: CANARY, partitionData: [{ index: 0, records: batch([{ value: 'a' }]) }] }],
  })
  expect(responses[0]?.partitionResponses[0]?.errorCode).toBe(INVALID_TOPIC)
})

test('what clients would meet is told, and stops nothing', async () => {
  const before = await received(1)
  await call('alterTopicConfigs', { topic: CANARY, set: { 'max.message.bytes': '1' } })
  const failing = await eventually('records are refused', async () => {
    const found = await figures()
    return found !== null && found.failure !== null ? found : undefined
  })
  expect(failing.failed).toBeGreaterThan(before.failed)
  expect(failing.hour.availability).toBeLessThan(1)
  expect(await (await fetch('/healthz')).text()).toContain('"name":"canary","ok":false')
  expect((await fetch('/readyz')).status).toBe(200)
  expect(await millrace(['canary', '-o', 'name', ...here()])).toMatchObject({ code: 10, said: 'failing\n' })
  const watched = await millrace(['canary', '--nagios', ...here()])
  expect(watched.code).toBe(2)
  expect(watched.said).toMatch(/^CRITICAL - .* \| availability=[\d.]+% lost=0 duplicated=0 /)
  await call('alterTopicConfigs', { topic: CANARY, unset: ['max.message.bytes'] })
  expect(await received(failing.received + 1)).toMatchObject({ lost: 0, duplicated: 0 })
})

test('a topic that somebody deletes is made again, and nothing was lost', async () => {
  const before = await received(1)
  await call('deleteTopic', { topic: CANARY, confirm: CANARY })
  const after = await received(before.received + 3)
  expect(after).toMatchObject({ lost: 0, duplicated: 0 })
})

test('a broker that only shows what it has sends nothing', async () => {
  expect(await readOnly.call('canary', {})).toEqual({ figures: null })
  const shown = await millrace(['canary', '--override', `log.dirs=${readOnly.dataDirectory()}`])
  expect(shown).toMatchObject({ code: 3 })
  expect(shown.complained).toContain('canary.enable')
})

test('a broker that stops says nothing of the record that was under way', async () => {
  const directory = temporaryDirectory('canary')
  const lines: string[] = []
  const logger = createLogger({ destination: { write: (line) => void lines.push(line) } })
  try {
    const properties = { listeners: 'PLAINTEXT://127.0.0.1:0', 'log.dirs': directory, 'canary.enable': 'true' }
    const broker = await start({ properties, logger })
    const client = await Peer.open(broker.listeners[0]?.port ?? 0)
    const ask = { topics: [{ name: CANARY }], allowAutoTopicCreation: false }
    await eventually('the first record is under way', async () => {
      const { topics } = await client.call(metadata, 12, ask)
      return topics[0]?.errorCode === 0 ? true : undefined
    })
    client.close()
    await broker.stop()
    expect(lines.filter((line) => line.includes('canary'))).toEqual([])
  } finally {
    removeDirectory(directory)
  }
})
