import { expect, test } from 'vitest'
import { murmur2, partitionOfKey } from './murmur2.ts'

// Of Kafka's own test of its hash.
test.each([
  ['21', -973_932_308],
  ['foobar', -790_332_482],
  ['a-little-bit-long-string', -985_981_536],
  ['a-little-bit-longer-string', -1_486_304_829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
  ['abc', 479_470_107],
])('%s has the hash that Kafka gives it', (text, hash) => {
  expect(murmur2(Buffer.from(text))).toBe(hash)
})

test('a hash below zero is a partition as well', () => {
  expect(partitionOfKey(Buffer.from('21'), 7)).toBe((-973_932_308 & 0x7fffffff) % 7)
})
