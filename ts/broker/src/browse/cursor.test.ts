import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Cursor, offsetsLeft, readCursor, writeCursor } from './cursor.ts'

const count = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const cursors: fc.Arbitrary<Cursor> = fc.record({
  direction: fc.constantFrom('forward', 'back'),
  follow: fc.boolean(),
  positions: fc.array(fc.record({ partition: count, at: count, bound: count }), { minLength: 1 }),
  scanned: count,
  matched: count,
  bytes: count,
  elapsedMs: count,
  offsetsTotal: count,
})

test('a cursor is read as it was written', () => {
  fc.assert(
    fc.property(cursors, (cursor) => {
      expect(readCursor(writeCursor(cursor))).toEqual(cursor)
    }),
  )
})

test('what was made up is none', () => {
  const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const fields = { v: 1, d: 'forward', f: false, p: [[0, 1, 2]], n: [0, 0, 0, 0, 0] }
  expect(readCursor(encoded(fields))).not.toBeNull()
  for (const wrong of [{ v: 2 }, { d: 'up' }, { p: [] }, { p: [[0, -1, 2]] }, { p: [[0, 1.5, 2]] }, { n: [0] }]) {
    expect(readCursor(encoded({ ...fields, ...wrong }))).toBeNull()
  }
  for (const text of ['', 'x', '{}', encoded(null)]) expect(readCursor(text)).toBeNull()
})

test('what is left is counted in both directions', () => {
  const positions = [
    { partition: 0, at: 3, bound: 10 },
    { partition: 1, at: 10, bound: 3 },
  ]
  expect(offsetsLeft(positions)).toBe(14)
})
