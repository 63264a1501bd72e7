// The threads that search, without a broker: what happens to them when a search goes wrong.
import { createPool } from 'millrace/browse/pool.js'
import { encodeRecord } from 'millrace/browse/records.js'
import type { SliceQuery } from 'millrace/browse/slice.js'
import { silentLogger } from 'millrace/base/logger.js'
import { Engine } from 'millrace/engine/engine.js'
import { imageWith, optionsFor, TOPIC, topicId } from 'millrace/engine/scenario.js'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { removeDirectory, temporaryDirectory } from '../../harness/cleanup.ts'
import { eventually } from '../../harness/eventually.ts'

/** Of which three lists within one another are looked through in hours. */
const list = Buffer.from(JSON.stringify(Array.from({ length: 5000 }, (_, at) => at)))
const record = encodeRecord({ key: null, value: list, headers: [] }, 0)

let engine: Engine

beforeEach(async () => {
  const directory = temporaryDirectory('search-threads')
  engine = await Engine.open(optionsFor(directory), silentLogger)
  engine.publish(imageWith(0, [TOPIC]))
  engine.listen({ request: () => undefined, event: () => undefined })
  await engine.append(topicId, 0, 0, record)
  return async () => {
    await engine.close()
    removeDirectory(directory)
  }
})

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
  const pool = createPool(engine.number, TOO_SLOW_MS)
  onTestFinished(() => pool.stop())
  await expect(pool.slice(topicId, query(SLOW))).rejects.toMatchObject({ why: 'tooSlow' })
  // On a machine that is busy this may be too slow as well.
  const next = await eventually('a slice', () => pool.slice(topicId, query(null)).catch(() => undefined))
  expect(next).toMatchObject({ scanned: 1, messages: [{ value: { text: '[0,1,2,3,4' } }] })
})

test('what a log cannot be read for reaches who asked', async () => {
  const pool = createPool(engine.number)
  onTestFinished(() => pool.stop())
  engine.publish({ version: 2, topics: [], removedTopics: [topicId] })
  await expect(pool.slice(topicId, query(null))).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
  await engine.close()
  await expect(pool.slice(topicId, query(null))).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
})

test('more than may wait are refused, and the others end', async () => {
  const pool = createPool(engine.number)
  onTestFinished(() => pool.stop())
  const slices = await Promise.allSettled(Array.from({ length: 200 }, () => pool.slice(topicId, query(null))))
  const refused = slices.flatMap((slice) => (slice.status === 'rejected' ? [slice.reason as unknown] : []))
  expect(refused.length).toBeGreaterThan(0)
  expect(refused.length).toBeLessThan(200)
  for (const reason of refused) expect(reason).toMatchObject({ why: 'busy' })
})

test('a pool that is stopped ends what is under way', async () => {
  const pool = createPool(engine.number)
  const ended = expect(pool.slice(topicId, query(SLOW))).rejects.toMatchObject({ code: 'BROKER_NOT_AVAILABLE' })
  await pool.stop()
  await ended
})
