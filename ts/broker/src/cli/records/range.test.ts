import { expect, test } from 'vitest'
import { parsePlace, parseRange } from './range.ts'

const NOW = Date.UTC(2026, 0, 31, 12)
const HOUR = 3_600_000
const start = { kind: 'start', plus: 0 }
const end = { kind: 'end', minus: 0 }
const time = (ms: number) => ({ kind: 'time', ms })
const offset = (at: number) => ({ kind: 'offset', offset: at })

test.each([
  ['start', start, null],
  ['end', end, null],
  [':end', start, end],
  ['7', offset(7), null],
  ['+7', { kind: 'start', plus: 7 }, null],
  ['-7', { kind: 'end', minus: 7 }, null],
  ['3:9', offset(3), offset(9)],
  [':9', start, offset(9)],
  ['3:', offset(3), null],
  ['3:end', offset(3), end],
  ['@1769860800', time(1_769_860_800_000), null],
  ['@1769860800123', time(1_769_860_800_123), null],
  ['@2026-01-31T10:00:00Z', time(NOW - 2 * HOUR), null],
  ['@2026-01-31T10:00:00Z:2026-01-31T11:00:00Z', time(NOW - 2 * HOUR), time(NOW - HOUR)],
  ['@-1h', time(NOW - HOUR), null],
  ['@-1h30m:end', time(NOW - 1.5 * HOUR), end],
  ['@-2h:-1h', time(NOW - 2 * HOUR), time(NOW - HOUR)],
])('%s', (text, from, to) => {
  expect(parseRange(text, NOW, true)).toEqual({ from, to })
})

test.each(['', ':', 'nonsense', '1:x', '--7', '@', '@soon', '@2026-99-99'])('%j is refused', (text) => {
  expect(() => parseRange(text, NOW, true)).toThrow('says nowhere to read from')
})

test('a place is a range without an end, and only such ones are advised', () => {
  expect(parsePlace('-7', NOW, true)).toEqual({ kind: 'end', minus: 7 })
  expect(parsePlace('@-1h', NOW, true)).toEqual(time(NOW - HOUR))
  const advised = { next: 'one of start, end, 7, +7, -7, @2026-01-31T10:00:00Z, @-1h' }
  const refused = (text: string) => expect(() => parsePlace(text, NOW, true))
  refused('3:9').toThrow(
    expect.objectContaining({ ...advised, message: expect.stringContaining('has an end') as string }),
  )
  refused('yesterday').toThrow(expect.objectContaining({ ...advised, message: 'yesterday says nowhere to go on from' }))
})
