import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeRecord, readBatches } from './records.ts'
import { batchAt } from './scenario.ts'

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array))
const content = fc.option(bytes)
const recordsOf = (log: Buffer) => [...readBatches(log, 0, 0)].flatMap(({ records }) => records)

test('a record is read as it was written', () => {
  const headers = fc.array(fc.record({ name: fc.string(), value: content }), { maxLength: 5 })
  const record = fc.record({ key: content, value: content, headers })
  fc.assert(
    fc.property(record, fc.nat(), (written, time) => {
      const [batch] = readBatches(encodeRecord(written, time), 3, 0)
      expect(batch?.records).toMatchObject([{ partition: 3, offset: 0, timestamp: BigInt(time), ...written }])
      expect(batch?.next).toBe(1)
    }),
  )
})

test('times keep all 64 bits', () => {
  const batch = batchAt({ offset: 0, time: 0 })
  batch.writeBigInt64BE(1_700_000_000_123_456_789n, 27)
  expect(recordsOf(batch)[0]?.timestamp).toBe(1_700_000_000_123_456_789n)
})

test('the time of the log counts where the topic wants it', () => {
  const batch = batchAt({ offset: 0, time: 5 })
  batch.writeInt16BE(0x08, 21)
  batch.writeBigInt64BE(77n, 35)
  expect(recordsOf(batch)[0]).toMatchObject({ timestamp: 77n, timestampType: 'append' })
})

test('what lies before the offset is passed over, and so are markers of transactions', () => {
  const marker = batchAt({ offset: 6, time: 1 })
  marker.writeInt16BE(0x20, 21)
  const log = Buffer.concat([batchAt({ offset: 4, time: 1 }), batchAt({ offset: 5, time: 1 }), marker])
  const batches = [...readBatches(log, 0, 5)]
  expect(batches.flatMap(({ records }) => records.map(({ offset }) => offset))).toEqual([5])
  expect(batches.at(-1)?.next).toBe(7)
})

test('damage is said to be one', () => {
  const batch = batchAt({ offset: 0, time: 0, value: Buffer.from('value') })
  for (const length of [10, 60, batch.length - 1]) {
    expect(() => recordsOf(batch.subarray(0, length))).toThrow(/cannot be read/)
  }
  const wrong = Buffer.from(batch)
  wrong[61] = 0x7e
  expect(() => recordsOf(wrong)).toThrow(/cannot be read/)
})
