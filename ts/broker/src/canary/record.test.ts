import { expect, test } from 'vitest'
import { readBatches } from '../coordinator/record-batch.ts'
import { canaryBatch, canaryRecord, NUMBER_BYTES_MAX, numberIn } from './record.ts'

const RUN = 'run'

test('a record says who wrote it, and which one it is', () => {
  const [batch] = [...readBatches(canaryBatch(RUN, 42, 0))]
  expect(batch?.records.map((record) => numberIn(record, RUN))).toEqual([42])
  expect(batch?.records.map((record) => numberIn(record, 'other'))).toEqual([null])
  expect(numberIn({ key: null, value: Buffer.from('42') }, RUN)).toBeNull()
  expect(numberIn({ key: Buffer.from(RUN), value: null }, RUN)).toBeNull()
})

test.each([NUMBER_BYTES_MAX, 100_000])('one of %i bytes has its number in front, whatever fills it', (size) => {
  const filler = Buffer.alloc(size, '7')
  for (const number of [1, 999_999_999_999_999]) {
    const record = canaryRecord(RUN, number, filler)
    expect(record.value.length).toBe(size)
    expect(numberIn(record, RUN)).toBe(number)
  }
  expect(filler.every((byte) => byte === 0x37)).toBe(true)
})
