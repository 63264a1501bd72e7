import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BrokerError } from '../base/errors.ts'
import type { Position, ReadLog } from './partition-reader.ts'
import { type LoggedRecord, logOf } from './scenario.ts'
import { MEMORY_BYTES, readSlice, type Slice, type SliceQuery } from './slice.ts'

const MEMORY = Buffer.alloc(MEMORY_BYTES)

const query = (positions: readonly Position[], over: Partial<SliceQuery> = {}): SliceQuery => ({
  topic: 't',
  keyAs: 'auto',
  valueAs: 'auto',
  positions,
  direction: 'forward',
  filter: null,
  masks: [],
  limit: 100,
  charactersMax: 1000,
  raw: false,
  recordBytes: 100,
  ...over,
})

const slice = async (read: ReadLog, asked: SliceQuery, now?: () => number, memory = MEMORY): Promise<Slice> => {
  const answer = await readSlice(asked, read, memory, now)
  if ('refused' in answer) throw new Error(answer.refused)
  return answer
}

const places = ({ messages }: Slice): readonly string[] =>
  messages.map(({ partition, offset }) => `${partition}:${offset}`)

const two: readonly (readonly LoggedRecord[])[] = [
  [
    { offset: 0, time: 10 },
    { offset: 1, time: 30 },
    { offset: 5, time: 50 },
  ],
  [
    { offset: 7, time: 20 },
    { offset: 8, time: 40 },
  ],
]
const forward = [
  { partition: 0, at: 0, bound: 9 },
  { partition: 1, at: 7, bound: 9 },
]
const back = [
  { partition: 0, at: 9, bound: 0 },
  { partition: 1, at: 9, bound: 7 },
]

test('partitions are merged by time, forward and back', async () => {
  expect(places(await slice(logOf(two), query(forward)))).toEqual(['0:0', '1:7', '0:1', '1:8', '0:5'])
  const reversed = await slice(logOf(two), query(back, { direction: 'back' }))
  expect(places(reversed)).toEqual(['0:5', '1:8', '0:1', '1:7', '0:0'])
})

test('where a slice ended the next one goes on', async () => {
  const first = await slice(logOf(two), query(forward, { limit: 2 }))
  expect(first.positions).toEqual([
    { partition: 0, at: 1, bound: 9 },
    { partition: 1, at: 8, bound: 9 },
  ])
  const second = await slice(logOf(two), query(first.positions))
  expect(places(second)).toEqual(['0:1', '1:8', '0:5'])
  expect(second.positions).toEqual([
    { partition: 0, at: 9, bound: 9 },
    { partition: 1, at: 9, bound: 9 },
  ])
})

test('slices of any size pass every record once, in both directions, whatever was compacted away', async () => {
  const gaps = fc.array(fc.record({ gap: fc.integer({ min: 1, max: 50 }), time: fc.nat({ max: 1000 }) }), {
    maxLength: 30,
  })
  const partitions = fc.array(gaps, { minLength: 1, maxLength: 4 })
  const property = fc.asyncProperty(
    partitions,
    fc.constantFrom('forward', 'back'),
    fc.integer({ min: 1, max: 9 }),
    fc.constantFrom(1, 100, 1_000_000),
    // A batch is 68 bytes: none fits, some do, or all.
    fc.constantFrom(4, 1000, MEMORY_BYTES),
    async (made, direction, limit, recordBytes, memoryBytes) => {
      const memory = MEMORY.subarray(0, memoryBytes)
      const logs = made.map((records) => {
        let offset = 0
        return records.map(({ gap, time }) => ({ offset: (offset += gap), time }))
      })
      const ends = logs.map((records) => (records.at(-1)?.offset ?? 0) + 3)
      let positions = ends.map((end, partition): Position =>
        direction === 'forward' ? { partition, at: 0, bound: end } : { partition, at: end, bound: 0 },
      )
      const seen: string[] = []
      while (positions.some(({ at, bound }) => at !== bound)) {
        const found = await slice(logOf(logs), query(positions, { direction, limit, recordBytes }), undefined, memory)
        seen.push(...places(found))
        positions = [...found.positions]
      }
      const all = logs.flatMap((records, partition) => records.map(({ offset }) => `${partition}:${offset}`))
      expect(seen.toSorted()).toEqual(all.toSorted())
      for (const [partition, records] of logs.entries()) {
        const own = seen.filter((place) => place.startsWith(`${partition}:`))
        const inOrder = records.map(({ offset }) => `${partition}:${offset}`)
        expect(own).toEqual(direction === 'forward' ? inOrder : inOrder.toReversed())
      }
    },
  )
  await fc.assert(property, { numRuns: 200 })
})

test('going back through records that are larger than thought reads little more than it shows', async () => {
  const value = Buffer.alloc(1 << 20, 'x')
  const records = Array.from({ length: 40 }, (_, offset) => ({ offset, time: offset, value }))
  const log = logOf([records])
  let bytes = 0
  const read: ReadLog = async (...asked) => {
    const batches = await log(...asked)
    bytes += batches.length
    return batches
  }
  const asked = query([{ partition: 0, at: 40, bound: 0 }], { direction: 'back', limit: 3, recordBytes: 1 })
  expect(places(await slice(read, asked))).toEqual(['0:39', '0:38', '0:37'])
  expect(bytes).toBeLessThan(20 << 20)
})

test('going forward reads no chunk that is not shown', async () => {
  const value = Buffer.alloc(1 << 20, 'x')
  const log = logOf([Array.from({ length: 10 }, (_, offset) => ({ offset, time: offset, value }))])
  const offsets: number[] = []
  const read: ReadLog = async (partition, offset, memory) => {
    offsets.push(offset)
    return log(partition, offset, memory)
  }
  const asked = query([{ partition: 0, at: 0, bound: 10 }], { limit: 3 })
  expect(places(await slice(read, asked))).toEqual(['0:0', '0:1', '0:2'])
  expect(offsets).toEqual([0, 1, 2])
})

test('what is read over what was read before is not what is shown', async () => {
  const content = (partition: number, offset: number) => `${partition}:${offset} `.padEnd(300 << 10, 'x')
  const recordsOf = (partition: number): readonly LoggedRecord[] =>
    Array.from({ length: 20 }, (_, offset) => ({
      offset,
      time: 2 * offset + partition,
      value: Buffer.from(content(partition, offset)),
    }))
  const log = logOf([recordsOf(0), recordsOf(1)])
  for (const direction of ['forward', 'back'] as const) {
    const [at, bound] = direction === 'forward' ? [0, 20] : [20, 0]
    const positions = [0, 1].map((partition) => ({ partition, at, bound }))
    const found = await slice(log, query(positions, { direction, charactersMax: 5 }))
    expect(found.messages).toHaveLength(40)
    for (const { partition, offset, value } of found.messages) {
      expect(value?.text).toBe(content(partition, Number(offset)).slice(0, 5))
    }
  }
})

test('a slice whose time is up has passed a record', async () => {
  let clock = 0
  const now = (): number => (clock += 10_000)
  const found = await slice(logOf(two), query(forward), now)
  expect(found).toMatchObject({ scanned: 1 })
  expect(places(found)).toEqual(['0:0'])
})

test('what a filter fails on is counted and passed', async () => {
  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
  const log = logOf([
    [
      { offset: 0, time: 1, value: json({ a: 1 }) },
      { offset: 1, time: 2, value: json({ b: 1 }) },
      { offset: 2, time: 3, value: json({ a: 2 }) },
    ],
  ])
  const filter = { language: 'cel', expression: 'value.a == 2' } as const
  const found = await slice(log, query([{ partition: 0, at: 0, bound: 3 }], { filter }))
  expect(found).toMatchObject({ scanned: 3, failed: 1 })
  expect(found.failure).toContain('a')
  expect(places(found)).toEqual(['0:2'])
})

test('an expression that is none is refused', async () => {
  const filter = { language: 'regex', expression: '(' } as const
  expect(await readSlice(query(forward, { filter }), logOf(two), MEMORY)).toHaveProperty('refused')
})

test('a log that was truncated ends where it ends', async () => {
  const found = await slice(logOf([[{ offset: 0, time: 1 }]]), query([{ partition: 0, at: 0, bound: 100 }]))
  expect(found.positions).toEqual([{ partition: 0, at: 100, bound: 100 }])
})

test('what cannot be read is told', async () => {
  const read: ReadLog = () => Promise.reject(new BrokerError('KAFKA_STORAGE_ERROR'))
  await expect(readSlice(query(forward), read, MEMORY)).rejects.toMatchObject({ code: 'KAFKA_STORAGE_ERROR' })
})

test('long payloads are cut, and their bytes are there when asked for', async () => {
  const value = Buffer.from('abcdef')
  const log = logOf([[{ offset: 0, time: 1, value, headers: [{ name: 'h', value: null }] }]])
  const found = await slice(log, query([{ partition: 0, at: 0, bound: 1 }], { charactersMax: 3, raw: true }))
  expect(found.messages[0]).toMatchObject({
    key: null,
    value: { text: 'abc', cut: true, bytes: 6, raw: value.toString('base64') },
    headers: [{ name: 'h', value: null }],
  })
})
