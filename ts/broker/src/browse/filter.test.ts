import { expect, test } from 'vitest'
import { compileFilter, type Filter, goodCharacters } from './filter.ts'
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
  ['cel', 'value ==', 6],
  ['cel', 'value.id = 3', 9],
  ['cel', 'size > 1 &&\n key key', 17],
  ['cel', "'never ends", 0],
  ['regex', 'ab(c', 2],
  ['regex', 'a(b)c)', 5],
  ['regex', 'x(?=y)', 1],
  ['regex', '(a**)', 2],
  ['regex', 'a[bc', 1],
  ['regex', 'end\\', 3],
] as const)('what is wrong with the %s expression %j begins behind %i characters', (language, expression, good) => {
  const filter = { language, expression }
  try {
    compileFilter(filter, reading)
  } catch (thrown) {
    expect(goodCharacters(filter, thrown)).toBe(good)
    return
  }
  expect.unreachable()
})
