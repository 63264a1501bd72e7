import { expect, test } from 'vitest'
import { csvCell, render } from './formats.ts'
import { toJson } from './json.ts'
import { printable, tableLines, wrapped } from './table.ts'
import { columns, listing, type OutputFormat, sizeCell, type View } from './view.ts'

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

test('text is cut, the widest first, and never a title, a number or a time', () => {
  const names = ['orders-'.repeat(10), 'short']
  const table = {
    columns: columns(['name', 'partitions', 'under-replicated', 'where', 'since']),
    rows: names.map((name) => [name, OFFSET, 2, 'somewhere else', new Date(0)]),
  }
  const [titles = '', ...rows] = tableLines(table, false, 110)
  expect(titles.split(/ +/)).toEqual(['NAME', 'PARTITIONS', 'UNDER-REPLICATED', 'WHERE', 'SINCE'])
  expect(rows[0]).toMatch(/^orders-orders-\S*\.\.\. +9223372036854775807 +2 +somewhere else +1970-01-01T00:00:00.000Z$/)
  expect(rows[0]?.length).toBe(110)
  // No more than what is text can be had.
  const narrow = tableLines(table, false, 20)
  expect(narrow[0]).toContain('UNDER-REPLICATED')
  expect(narrow[1]).toMatch(/^order\.\.\. +9223372036854775807 +2 +somew\.\.\. +1970-01-01T00:00:00.000Z$/)
})

test('a size is text for people and a number for machines, and stands to the right', async () => {
  const sizes = [null, 0, 453, 1023, 71_551, 1_048_575, 72_276_451_328].map((bytes) => ({ bytes }))
  const sized = listing(sizes, {
    columns: columns(['bytes']),
    cells: ({ bytes }) => [sizeCell(bytes)],
    name: ({ bytes }) => String(bytes),
  })
  const rendered = (output: OutputFormat) => render(sized, { output, utc: true }, null)
  expect(await rendered('table')).toEqual([
    '   BYTES',
    '       -',
    '     0 B',
    '   453 B',
    '  1023 B',
    '69.9 KiB',
    ' 1.0 MiB',
    '67.3 GiB',
  ])
  expect(await rendered('csv')).toEqual(['bytes', '', '0', '453', '1023', '71551', '1048575', '72276451328'])
  expect((await rendered('ndjson')).at(-2)).toBe('{"bytes":1048575}')
})

test('sentences go on in the next line, as far in as they began', () => {
  const lines = ['warn  memory', '      make room for what comes', '      /a/path/without/any/space']
  expect(wrapped(lines, 20)).toEqual([
    'warn  memory',
    '      make room for',
    '      what comes',
    '      /a/path/without/any/space',
  ])
  expect(wrapped(lines, null)).toEqual(lines)
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
