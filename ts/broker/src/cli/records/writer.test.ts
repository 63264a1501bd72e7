import { expect, test } from 'vitest'
import type { FetchedRecord } from '../client/records.ts'
import { processTerminal } from '../terminal.ts'
import type { RecordForm } from './forms.ts'
import { recordWriter } from './writer.ts'

const record = (offset: bigint, key: string | null, value: Buffer | null): FetchedRecord => ({
  topic: 'orders',
  partition: 0,
  offset,
  leaderEpoch: 3,
  timestamp: 1_769_853_600_000n,
  key: key === null ? null : Buffer.from(key),
  value,
  headers: [[Buffer.from('kind'), Buffer.from('test')]],
  compression: 'none',
  bytes: 60,
})

const records = [record(7n, 'a', Buffer.from('first')), record(9_007_199_254_740_993n, null, Buffer.from([0xff]))]

const written = async (output: RecordForm, format?: string, shown = records): Promise<string> => {
  let said = ''
  const write = (bytes: string | Uint8Array): Promise<void> => Promise.resolve(void (said += bytes.toString()))
  const terminal = { ...processTerminal, write, interactive: false, columns: () => null }
  const writer = await recordWriter(terminal, output, format, true)
  await writer.begin()
  for (const one of shown) await writer.write(one)
  await writer.end()
  return said
}

test('records as a table, line by line', async () => {
  expect(await written('table')).toBe(
    [
      'TOPIC   PARTITION      OFFSET  TIME                      KEY           VALUE',
      'orders          0           7  2026-01-31T10:00:00.000Z  a             first',
      'orders          0  9007199254740993  2026-01-31T10:00:00.000Z  -             ff',
      '',
    ].join('\n'),
  )
})

test.each<[RecordForm, string]>([
  [
    'csv',
    'topic,partition,offset,time,key,value,headers,epoch,compression\norders,0,7,2026-01-31T10:00:00.000Z,a,first,kind=test,3,none\norders,0,9007199254740993,2026-01-31T10:00:00.000Z,,ff,kind=test,3,none\n',
  ],
  ['name', 'orders/0/7\norders/0/9007199254740993\n'],
])('records as %s', async (form, text) => {
  expect(await written(form)).toBe(text)
})

test('records as YAML are one list, with all digits', async () => {
  const said = await written('yaml')
  expect(said.match(/^- topic: orders$/gm)).toHaveLength(2)
  expect(said).toContain('  offset: 9007199254740993\n')
})

test.each<[RecordForm, string]>([
  ['json', '[\n]\n'],
  ['ndjson', ''],
  ['yaml', '[]\n'],
])('no record as %s is an empty list', async (form, text) => {
  expect(await written(form, undefined, [])).toBe(text)
})

test('a moment that no calendar reaches is null beside its number', async () => {
  const said = await written('ndjson', undefined, [{ ...record(7n, 'a', null), timestamp: 9_223_372_036_854_775_807n }])
  expect(said).toContain('"timestamp":9223372036854775807,"time":null,')
})

test('a format is for text', async () => {
  expect(await written('text', '%o ')).toBe('7 9007199254740993 ')
  await expect(written('csv', '%o')).rejects.toThrow('--format is for --output text')
})
