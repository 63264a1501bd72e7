import { expect, test } from 'vitest'
import { ExpressionError } from './expression-error.ts'
import { compileFilter, type Filter } from './filter.ts'
import type { LogRecord } from './records.ts'

const record: LogRecord = {
  partition: 2,
  offset: 9_007_199_254_740_991,
  timestamp: 1_700_000_000_000n,
  timestampType: 'create',
  key: Buffer.from('order-7'),
  value: Buffer.from('{"id":9007199254740993,"name":"Ada","tags":["a","b"],"price":1.5}'),
  headers: [
    { name: 'trace', value: Buffer.from('4bf92f35') },
    { name: 'empty', value: null },
  ],
  bytes: 100,
}

const reading = { topic: 't', keyAs: 'auto', valueAs: 'auto' } as const
const keeps = (language: Filter['language'], expression: string, over: Partial<LogRecord> = {}): boolean =>
  compileFilter({ language, expression }, reading)({ ...record, ...over })

test('text is found in value, key and headers, in any case of letters', () => {
  for (const text of ['ada', 'ORDER-7', 'Trace', '4BF9', '9007199254740993'])
    expect(keeps('text', text), text).toBe(true)
  expect(keeps('text', 'bob')).toBe(false)
  expect(keeps('text', 'ada', { value: null })).toBe(false)
})

test('regular expressions are those of RE2', () => {
  expect(keeps('regex', 'A[d-f]a')).toBe(true)
  expect(keeps('regex', '(?i)^ORDER-\\d+$')).toBe(true)
  expect(keeps('regex', '^ada')).toBe(false)
  expect(() => keeps('regex', '(?=a)')).toThrow()
  expect(() => keeps('regex', '(')).toThrow()
})

test('what makes other engines hang is answered', () => {
  const value = Buffer.from(`${'a'.repeat(50_000)}!`)
  expect(keeps('regex', '^(a+)+$', { value, key: null, headers: [] })).toBe(false)
  expect(keeps('cel', "value.matches('^(a+)+$')", { value })).toBe(false)
})

test.each([
  ['value.id == 9007199254740993', true],
  ['value.id == 9007199254740992', false],
  ["value.name.startsWith('A') && 'b' in value.tags", true],
  ['value.price > 1.0', true],
  ["key == 'order-7' && partition == 2", true],
  ['offset == 9007199254740991', true],
  ["timestamp > timestamp('2023-01-01T00:00:00Z')", true],
  ["headers['trace'] == '4bf92f35' && headers['empty'] == null", true],
  ["'none' in headers", false],
  ['size > 1000', false],
  ['has(value.missing)', false],
])('CEL: %s', (expression, kept) => {
  expect(keeps('cel', expression)).toBe(kept)
})

test('a tombstone is null to CEL', () => {
  expect(keeps('cel', 'value == null', { value: null })).toBe(true)
})

test('an expression that fails on a record says how, and one that is none is refused', () => {
  expect(() => keeps('cel', 'value.missing == 1')).toThrow(/missing/)
  expect(() => keeps('cel', 'value.name')).toThrow(/boolean/)
  expect(() => compileFilter({ language: 'cel', expression: 'value ==' }, reading)).toThrow()
})

test.each([
  ['cel', 'value ==', 6, 'nothing stands behind =='],
  ['cel', 'value.id == 1 && ', 14, 'nothing stands behind &&'],
  ['cel', 'value.id = 3', 9, '= does not fit here (found = but expecting end of input)'],
  ['cel', 'value.id == 1 and offset > 2', 14, 'and does not fit here (found a but expecting end of input)'],
  ['cel', 'size > 1 &&\n key key', 17, 'key does not fit here (found k but expecting end of input)'],
  ['cel', "'never ends", 0, 'the text that begins here does not end'],
  ['cel', '(value.id == 1', 14, "it ends too early (found end of input but expecting ')')"],
  ['cel', 'size > 1 && amount > 2', 12, 'there is no name amount; a field of a value is value.amount'],
  [
    'cel',
    "value.tags.exists(tag, tag == 'a') && tag == 'b'",
    38,
    'there is no name tag; a field of a value is value.tag',
  ],
  ['cel', "value.tags.exists(tag, other == 'a')", 23, 'there is no name other; a field of a value is value.other'],
  ['cel', "{'a': [b]} == value", 7, 'there is no name b; a field of a value is value.b'],
  ['cel', "size > 1 && value.like('a')", 17, 'there is no function like'],
  ['cel', 'has(value)', 0, 'there is no function has'],
  ['regex', 'ab(c', 2, 'missing closing ): `ab(c`'],
  ['regex', 'a(b)c)', 5, 'unexpected ): `a(b)c)`'],
  ['regex', 'x(?=y)', 1, 'invalid or unsupported Perl syntax: `(?=`'],
  ['regex', '(a**)', 2, 'invalid nested repetition operator: `**`'],
  ['regex', 'a[bc', 1, 'missing closing ]: `[bc`'],
  ['regex', 'end\\', 3, 'trailing backslash at end of expression'],
] as const)(
  'what is wrong with the %s expression %j begins behind %i characters: %s',
  (language, expression, good, why) => {
    const thrown = ((): unknown => {
      try {
        return compileFilter({ language, expression }, reading)
      } catch (error) {
        return error
      }
    })()
    expect(thrown).toBeInstanceOf(ExpressionError)
    expect(thrown).toMatchObject({ good, message: `wrong from character ${good + 1} on: ${why}` })
  },
)

test.each([
  'value == null || type(value) == map',
  "value.tags.map(tag, tag + 'x').all(each, each.endsWith('x'))",
  "[1, 2].exists_one(one, one == 2) && {'a': 1}['a'] == 1",
  'timestamp.getFullYear() == 2023 && int(value.price) == 1 && size(key) > 0',
  'type(timestamp) == google.protobuf.Timestamp',
])('a name that CEL has itself is one: %s', (expression) => {
  expect(keeps('cel', expression)).toBe(true)
})

test.each([
  [
    'size > 1 && value.missing == 1',
    'at character 18: field not found: missing; has() asks whether it is there, as in has(value.amount)',
  ],
  [
    'value.name > 1',
    "at character 12: > does not take (string, int) (found no matching overload for '_>_' applied to '(string, int)')",
  ],
  ['value.name.matches(1)', /^at character 11: matches does not take string\.\(int\) \(/],
  ['value.name', "the expression answers no boolean: compare with something, as in value.name == 'x'"],
  ['1 / 0 == size', 'int divide by zero'],
] as const)('what %j fails with on a record is said in one line, with the place', (expression, said) => {
  expect(() => keeps('cel', expression)).toThrow(said)
})
