import { gzipSync } from 'node:zlib'
import { encode } from '@msgpack/msgpack'
import { expect, test } from 'vitest'
import { groupRecordCodec } from '../groups/records.ts'
import { decodePayload, type Place, searchableText, valueOf } from './payload.ts'
import type { Wish } from './wishes.ts'

const value: Place = { topic: 't', part: 'value', key: null }
const decode = (bytes: Buffer, wish: Wish = 'auto', place: Place = value) => decodePayload(bytes, wish, place)

const int64 = (number: bigint): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(number)
  return bytes
}

test.each([
  ['an object', '{"a": 12345678901234567890}', 'json', 'parsesAsJson'],
  ['a list', ' [1,2]\n', 'json', 'parsesAsJson'],
  ['a string of JSON', '"a"', 'json', 'parsesAsJson'],
  ['a bare number', '42', 'text', 'isPrintableUtf8'],
  ['broken JSON', '{"a":', 'text', 'isPrintableUtf8'],
  ['nothing', '', 'text', 'isEmpty'],
])('%s is shown as it was written', (_, text, decoder, why) => {
  expect(decode(Buffer.from(text))).toEqual({ decoder, why, gzip: false, text })
})

test('text of any script is text', () => {
  const text = 'gr\u00fc\u00dfe \u4f60\u597d'
  expect(decode(Buffer.from(text))).toMatchObject({ decoder: 'text', text })
})

test.each([
  [Buffer.from([0, 42]), '42', 'isTwoBytes'],
  [Buffer.from([0xff, 0xff, 0xff, 0xfe]), '-2', 'isFourBytes'],
  [int64(9_007_199_254_740_993n), '9007199254740993', 'isEightBytes'],
  [int64(-(2n ** 63n)), '-9223372036854775808', 'isEightBytes'],
])('integers are found by their size', (bytes, text, why) => {
  expect(decode(bytes)).toMatchObject({ decoder: 'integer', why, text })
})

test('MessagePack is found where a container fills all of it', () => {
  const packed = Buffer.from(
    encode({ id: 2n ** 60n, ok: [true, null, 1.5], raw: Buffer.from([1, 2]) }, { useBigInt64: true }),
  )
  expect(decode(packed)).toMatchObject({
    decoder: 'messagepack',
    why: 'isOneMessagePackContainer',
    text: '{"id":1152921504606846976,"ok":[true,null,1.5],"raw":"0102"}',
  })
  expect(decode(Buffer.concat([packed, Buffer.from([0xc1])]))).toMatchObject({ decoder: 'hex', why: 'isNothingElse' })
})

test('gzip is opened, whatever lies in it', () => {
  expect(decode(gzipSync('{"a":1}'))).toMatchObject({ decoder: 'json', gzip: true, text: '{"a":1}' })
  expect(decode(gzipSync(int64(7n)))).toMatchObject({ decoder: 'integer', gzip: true, text: '7' })
})

test('gzip that is damaged or grows too large stays closed', () => {
  const damaged = gzipSync('a'.repeat(1000))
  damaged[15] = 0xff
  damaged[16] = 0xff
  expect(decode(damaged)).toMatchObject({ decoder: 'hex', gzip: false })
  expect(decode(gzipSync(Buffer.alloc(64 << 20)))).toMatchObject({ decoder: 'hex', gzip: false })
})

test('what nothing knows is hexadecimal', () => {
  expect(decode(Buffer.from([0, 1, 2]))).toMatchObject({ decoder: 'hex', why: 'isNothingElse', text: '000102' })
})

test('what is asked for is done, or said to be something else', () => {
  expect(decode(Buffer.from('12'), 'json')).toMatchObject({ decoder: 'json', why: 'asked', text: '12' })
  expect(decode(Buffer.from('abcd'), 'integer')).toMatchObject({ decoder: 'integer', text: '1633837924' })
  expect(decode(Buffer.from('abc'), 'integer')).toMatchObject({ decoder: 'hex', why: 'notAsAsked', text: '616263' })
  expect(decode(Buffer.from('{'), 'json')).toMatchObject({ decoder: 'hex', why: 'notAsAsked' })
})

test('records of groups are shown with their fields', () => {
  const { key, value: bytes } = groupRecordCodec.encode({
    kind: 'offset',
    groupId: 'g',
    topic: 'orders',
    partition: 3,
    value: {
      offset: 42,
      leaderEpoch: 7,
      metadata: 'm',
      committedAt: 1_700_000_000_000,
      expiresAt: -1,
      topicId: 'AAAAAAAAAAAAAAAAAAAAAA' as never,
    },
  })
  const place = { topic: '__consumer_offsets', key } as const
  expect(decode(key, 'auto', { ...place, part: 'key' })).toEqual({
    decoder: 'internal',
    why: 'topicIsInternal',
    gzip: false,
    text: '{"kind":1,"group":"g","topic":"orders","partition":3}',
  })
  expect(JSON.parse(decode(bytes ?? Buffer.alloc(0), 'auto', { ...place, part: 'value' }).text)).toMatchObject({
    version: 4,
    offset: 42,
    metadata: 'm',
  })
  expect(decode(key, 'auto', { topic: 'mine', part: 'key', key })).toMatchObject({ decoder: 'hex' })
})

test('records of internal topics that nobody knows are what they look like', () => {
  const place = { topic: '__consumer_offsets', part: 'key' } as const
  for (const key of [Buffer.from([0, 99, 1]), Buffer.from([0, 1, 0, 9, 1]), Buffer.from([1])]) {
    expect(decode(key, 'auto', { ...place, key })).toMatchObject({ decoder: 'hex' })
  }
})

test('what is searched is what is shown', () => {
  const payloads = [
    Buffer.from('Plain'),
    Buffer.from('{"a":1}'),
    gzipSync('inside'),
    int64(42n),
    Buffer.from(encode({ a: 1 })),
  ]
  for (const bytes of payloads) expect(searchableText(bytes, 'auto', value)).toBe(decode(bytes).text)
})

test('filters get values where there are some, exact', () => {
  expect(valueOf(decode(Buffer.from('{"id":9007199254740993}')))).toEqual({ id: 9_007_199_254_740_993n })
  expect(valueOf(decode(int64(42n)))).toBe(42n)
  expect(valueOf(decode(Buffer.from('42')))).toBe('42')
})
