import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseExact, writeExact } from './exact-json.ts'

test('whole numbers keep all their digits', () => {
  expect(parseExact('{"a":9007199254740993,"b":[-9223372036854775808,18446744073709551616],"c":0}')).toEqual({
    a: 9_007_199_254_740_993n,
    b: [-9_223_372_036_854_775_808n, 18_446_744_073_709_551_616n],
    c: 0n,
  })
})

test('what has a fraction or an exponent is a number', () => {
  expect(parseExact('[1.5, -2e3, 1E-2]')).toEqual([1.5, -2000, 0.01])
})

test('it reads what JSON.parse reads, numbers aside', () => {
  const withoutNumbers = fc.jsonValue({ maxDepth: 3 }).map((value) => withTexts(value))
  fc.assert(
    fc.property(withoutNumbers, fc.constantFrom(undefined, 2), (value, indent) => {
      expect(parseExact(JSON.stringify(value, null, indent))).toEqual(value)
    }),
  )
})

test('strings end where they end', () => {
  for (const text of ['""', String.raw`"\""`, String.raw`"\\"`, String.raw`"a\\\"b,]}"`, String.raw`{"\"":"\u0041"}`]) {
    expect(parseExact(text)).toEqual(JSON.parse(text))
  }
})

test('what nests too deep is not read', () => {
  expect(parseExact(`${'['.repeat(1000)}${']'.repeat(1000)}`)).toBeUndefined()
})

test('what is written is read again with the same digits', () => {
  const text = '{"a":9007199254740993,"b":[1.5,null,true,"x"],"c":{}}'
  expect(writeExact(parseExact(text))).toBe(text)
})

test('bytes are hexadecimal, and what JSON has no word for is text', () => {
  expect(writeExact({ a: Buffer.from([1, 255]), b: Number.NaN, c: undefined })).toBe('{"a":"01ff","b":"NaN","c":null}')
})

/** Numbers become texts, and -0 no longer matters. */
const withTexts = (value: unknown): unknown => {
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) return value.map(withTexts)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withTexts(each)]))
}
