// The threads that search, without a broker: what happens to them when a search goes wrong.
import { createPool } from 'millrace/browse/pool.js'
import { encodeRecord } from 'millrace/browse/records.js'
import type { SliceQuery } from 'millrace/browse/slice.js'
import { BrokerError } from 'millrace/base/errors.js'
import { randomTopicId } from 'millrace/base/ids.js'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from '../../harness/eventually.ts'

/** Of which three lists within one another are looked through in hours. */
const list = Buffer.from(JSON.stringify(Array.from({ length: 5000 }, (_, at) => at)))
const log = { read: () => Promise.resolve(encodeRecord({ key: null, value: list, headers: [] }, 0)) }
const topic = randomTopicId()

const query = (filter: string | null): SliceQuery => ({
  topic: 't',
  keyAs: 'auto',
  valueAs: 'auto',
  positions: [{ partition: 0, at: 0, bound: 1 }],
  direction: 'forward',
  filter: filter === null ? null : { language: 'cel', expression: filter },
  masks: [],
  limit: 1,
  charactersMax: 10,
  raw: false,
  recordBytes: 1,
})

const SLOW = 'value.all(a, value.all(b, value.all(c, a + b + c >= 0)))'
const TOO_SLOW_MS = 200

test('a search that does not end costs its thread, and the next one has another', async () => {
  const pool = createPool(log, TOO_SLOW_MS)
  onTestFinished(() => pool.stop())
  await expect(pool.slice(topic, query(SLOW))).rejects.toMatchObject({ why: 'tooSlow' })
  // On a machine that is busy this may be too slow as well.
  const next = await eventually('a slice', () => pool.slice(topic, query(null)).catch(() => undefined))
  expect(next).toMatchObject({ scanned: 1, messages: [{ value: { text: '[0,1,2,3,4' } }] })
})

test('what a log cannot be read for reaches who asked', async () => {
  const pool = createPool({ read: () => Promise.reject(new BrokerError('KAFKA_STORAGE_ERROR')) })
  onTestFinished(() => pool.stop())
  await expect(pool.slice(topic, query(null))).rejects.toMatchObject({ code: 'KAFKA_STORAGE_ERROR' })
})

test('more than may wait are refused, and the others end', async () => {
  const pool = createPool(log)
  onTestFinished(() => pool.stop())
  const slices = await Promise.allSettled(Array.from({ length: 200 }, () => pool.slice(topic, query(null))))
  const refused = slices.flatMap((slice) => (slice.status === 'rejected' ? [slice.reason as unknown] : []))
  expect(refused.length).toBeGreaterThan(0)
  expect(refused.length).toBeLessThan(200)
  for (const reason of refused) expect(reason).toMatchObject({ why: 'busy' })
})

test('a pool that is stopped ends what is under way', async () => {
  const pool = createPool({ read: () => new Promise<never>(() => undefined) })
  const ended = expect(pool.slice(topic, query(null))).rejects.toMatchObject({ code: 'BROKER_NOT_AVAILABLE' })
  await pool.stop()
  await ended
})
