import { gzipSync } from 'node:zlib'
import { encode } from '@msgpack/msgpack'
import { expect, test } from 'vitest'
import type { Mask } from '../configs/mask-rules.ts'
import { maskRecord } from './masks.ts'
import type { LogRecord } from './records.ts'

const record = (value: Buffer | string | null, over: Partial<LogRecord> = {}): LogRecord => ({
  partition: 0,
  offset: 1,
  timestamp: 2n,
  timestampType: 'create',
  key: Buffer.from('k'),
  value: value === null ? null : Buffer.from(value),
  headers: [],
  bytes: 3,
  ...over,
})
const at = (...path: readonly string[]): Mask => ({ part: 'value', path })
const valueOf = (value: Buffer | string | null, ...masks: readonly Mask[]) =>
  maskRecord(record(value), masks, 't').value?.toString() ?? null

test('fields are masked at any depth, through lists, and all other digits stay', () => {
  const json = '{"id":9007199254740993,"card":{"number":"4111","year":2030},"old":[{"card":{"number":1}},7]}'
  expect(valueOf(json, at('card', 'number'), at('old', 'card', 'number'))).toBe(
    '{"id":9007199254740993,"card":{"number":"***","year":2030},"old":[{"card":{"number":"***"}},7]}',
  )
  expect(valueOf(json, at('card', '*'))).toContain('"card":{"number":"***","year":"***"}')
  expect(valueOf(json, at('none'))).toBe(json)
  expect(valueOf('{"card.number":1,"card":{"number":2}}', at('card', 'number'))).toBe(
    '{"card.number":"***","card":{"number":"***"}}',
  )
})

test('what is packed is unpacked for it', () => {
  expect(valueOf(gzipSync('{"a":1,"b":2}'), at('a'))).toBe('{"a":"***","b":2}')
  expect(valueOf(Buffer.from(encode({ a: 1, b: 2 })), at('b'))).toBe('{"a":1,"b":"***"}')
})

test('a text on the way may hold anything', () => {
  expect(valueOf('{"card":"{\\"number\\":1}","id":1}', at('card', 'number'))).toBe('{"card":"***","id":1}')
  expect(valueOf('["4111",{"a":"x"}]', at('a'))).toBe('["***",{"a":"***"}]')
})

test.each([
  ['text', '4111 1111'],
  ['JSON in a string', '"{\\"a\\":1}"'],
  ['broken JSON', '{"a":1'],
  ['bytes', Buffer.from([0, 1, 2])],
  ['too deep', '['.repeat(300) + ']'.repeat(300)],
])('%s is masked as a whole', (_, value) => {
  expect(valueOf(value, at('a'))).toBe('***')
})

test('a tombstone stays one, a key is a part of its own, and headers go by their name', () => {
  expect(valueOf(null, at())).toBeNull()
  expect(valueOf('{"a":1}', at())).toBe('***')
  const headers = [
    { name: 'Authorization', value: Buffer.from('x') },
    { name: 'trace', value: Buffer.from('y') },
    { name: 'authorization', value: null },
  ]
  const masks: readonly Mask[] = [
    { part: 'headers', path: ['authorization'] },
    { part: 'key', path: [] },
  ]
  const seen = maskRecord(record('v', { headers }), masks, 't')
  expect(seen.headers.map(({ value }) => value?.toString())).toEqual(['***', 'y', undefined])
  expect([seen.key?.toString(), seen.value?.toString()]).toEqual(['***', 'v'])
})
