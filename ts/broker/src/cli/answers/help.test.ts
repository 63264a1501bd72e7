import { expect, test } from 'vitest'
import { answerLines } from './help.ts'
import { byName, cases, fields, list, oneOf, orNull, pair, rows, type Shape } from './shape.ts'

test.each<[string, Shape, readonly string[]]>([
  ['a word', 'whole number, or null where nobody says so', ['whole number, or null where nobody says so']],
  ['fields', fields({ name: 'text', bytes: 'whole number' }), ['name   text', 'bytes  whole number']],
  ['a list of rows', rows({ name: 'text' }), ['list of', '  name  text']],
  ['what it may say', list(oneOf('ok', 'warn', 'fail')), ['list of "ok", "warn" or "fail"']],
  ['pairs', fields({ headers: list(pair('text', 'bytes, or null')) }), ['headers  list of [text; bytes, or null]']],
  ['names', fields({ sizes: byName('topic', 'number') }), ['sizes  by topic: number']],
  [
    'what may be null',
    fields({
      level: orNull(oneOf('low', 'high'), 'at first'),
      hour: orNull(fields({ max: 'number' }), 'at first'),
      parts: orNull(rows({ part: 'number' }), 'where it is whole'),
    }),
    [
      'level  "low" or "high", or null at first',
      'hour   null at first, or',
      '  max  number',
      'parts  null where it is whole, or list of',
      '  part  number',
    ],
  ],
  [
    'what depends',
    cases({ 'with --dry-run': rows({ name: 'text' }), without: list('text') }),
    ['with --dry-run: list of', '  name  text', 'without: list of text'],
  ],
])('%s', (_, shape, lines) => {
  expect(answerLines(shape)).toEqual(lines)
})
