import { expect, test } from 'vitest'
import { csvCell, render } from './formats.ts'
import { toJson } from './json.ts'
import { printable, tableLines } from './table.ts'
import { columns, type OutputFormat, type View } from './view.ts'

const OFFSET = 9_223_372_036_854_775_807n

const view: View = {
  value: [
    { name: 'a', offset: OFFSET, gone: null },
    { name: 'b', offset: 2n, gone: null },
  ],
  table: {
    columns: columns(['name', 'offset'], ['gone']),
    rows: [
      ['a', OFFSET, null],
      ['b', 2n, null],
    ],
  },
  names: ['a', 'b'],
}

test.each<[OutputFormat, readonly string[]]>([
  ['table', ['NAME               OFFSET', 'a     9223372036854775807', 'b                       2']],
  ['wide', ['NAME               OFFSET  GONE', 'a     9223372036854775807     -', 'b                       2     -']],
  ['ndjson', ['{"name":"a","offset":9223372036854775807,"gone":null}', '{"name":"b","offset":2,"gone":null}']],
  ['csv', ['name,offset,gone', 'a,9223372036854775807,', 'b,2,']],
  ['name', ['a', 'b']],
])('%s', async (format, expected) => {
  expect(await render(view, { output: format, utc: true }, null)).toEqual(expected)
})

test('json and yaml keep all digits', async () => {
  expect((await render(view, { output: 'json', utc: true }, null)).join('')).toContain('"offset": 9223372036854775807,')
  expect((await render(view, { output: 'yaml', utc: true }, null)).join('')).toContain('offset: 9223372036854775807')
  expect(toJson({ none: undefined, list: [], map: {}, text: 'a"b' }, 2)).toBe(
    '{\n  "list": [],\n  "map": {},\n  "text": "a\\"b"\n}',
  )
})

test('a table fits the terminal, and sends it nothing to act upon', () => {
  const table = {
    columns: columns(['name', 'text']),
    rows: [
      ['a', 'x'.repeat(60)],
      ['\u001B[31mred', 'y'],
    ],
  }
  const lines = tableLines(table, false, 40)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40)
  expect(lines[1]).toMatch(/x\.\.\.$/)
  expect(lines[2]).toContain('\\u001b[31mred')
  expect(printable('a\nb\u007F')).toBe('a\\nb\\u007f')
})

test('CSV quotes what has to be quoted', () => {
  expect(['plain', 'a,b', 'say "no"', 'two\nlines', null, true].map(csvCell)).toEqual([
    'plain',
    '"a,b"',
    '"say ""no"""',
    '"two\nlines"',
    '',
    'true',
  ])
})
