import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { FetchedRecord } from '../client/records.ts'
import { parseFormat } from '../records/format.ts'
import { parseRange } from '../records/range.ts'
import { resolveSettings } from '../settings.ts'
import { processTerminal } from '../terminal.ts'
import { render } from './formats.ts'
import { agoText, timeCell, timeText } from './time.ts'
import { columns, type OutputFormat } from './view.ts'

const MOMENT = new Date('2026-01-31T10:00:00.000Z')
const NOW = MOMENT.getTime() + 7_500_000

beforeEach(() => {
  const zone = process.env['TZ']
  process.env['TZ'] = 'Asia/Kolkata'
  onTestFinished(() => {
    if (zone === undefined) delete process.env['TZ']
    else process.env['TZ'] = zone
  })
})

test('a moment by the clock of this machine, or in UTC', () => {
  expect(timeText(MOMENT, false)).toBe('2026-01-31T15:30:00.000+05:30')
  expect(timeText(MOMENT, true)).toBe('2026-01-31T10:00:00.000Z')
  process.env['TZ'] = 'America/New_York'
  expect(timeText(MOMENT, false)).toBe('2026-01-31T05:00:00.000-05:00')
})

test.each([
  [0, 'now'],
  [999, 'now'],
  [1000, '1s ago'],
  [150_000, '2m ago'],
  [7_500_000, '2h ago'],
  [260_000_000, '3d ago'],
  [-150_000, 'in 2m'],
])('%i ms later it was %s', (later, text) => {
  expect(agoText(MOMENT, MOMENT.getTime() + later)).toBe(text)
})

test.each<[OutputFormat, boolean, string]>([
  ['table', false, '2026-01-31T15:30:00.000+05:30'],
  ['table', true, '2026-01-31T10:00:00.000Z'],
  ['wide', false, '2026-01-31T15:30:00.000+05:30 (2h ago)'],
  ['csv', false, '2026-01-31T10:00:00.000Z'],
])('a time as %s, in UTC: %s', async (output, utc, text) => {
  vi.useFakeTimers({ now: NOW })
  onTestFinished(() => void vi.useRealTimers())
  const table = { columns: columns(['at']), rows: [[timeCell(MOMENT.getTime())]] }
  expect((await render({ value: null, table, names: [] }, { output, utc }, null))[1]).toBe(text)
})

test('what no calendar reaches is shown as it is', () => {
  expect(timeCell(9_223_372_036_854_775_807n)).toBe(9_223_372_036_854_775_807n)
  expect(timeCell(null)).toBeNull()
})

test.each([
  ['@2026-01-31T15:30:00', false],
  ['@2026-01-31T10:00:00', true],
  ['@2026-01-31T10:00:00Z', false],
  ['@-125m', false],
])('%s is the same moment, in UTC: %s', (text, utc) => {
  expect(parseRange(text, NOW, utc).from).toEqual({ kind: 'time', ms: MOMENT.getTime() })
})

test('a day begins where the clock says so', () => {
  expect(parseRange('@2026-01-31', NOW, false).from).toEqual({ kind: 'time', ms: Date.UTC(2026, 0, 30, 18, 30) })
  expect(parseRange('@2026-01-31', NOW, true).from).toEqual({ kind: 'time', ms: Date.UTC(2026, 0, 31) })
})

test('a record tells its time in UTC, or by the clock of this machine', () => {
  const record = { timestamp: BigInt(MOMENT.getTime()) } as FetchedRecord
  expect(parseFormat('%d %d{iso} %d{local}')(record).toString()).toBe(
    '1769853600000 2026-01-31T10:00:00.000Z 2026-01-31T15:30:00.000+05:30',
  )
})

test('--utc has a variable', async () => {
  const terminal = { ...processTerminal, environment: { XDG_CONFIG_HOME: '/nonexistent', MILLRACE_UTC: 'true' } }
  expect(await resolveSettings(terminal, {})).toMatchObject({ utc: true })
})
