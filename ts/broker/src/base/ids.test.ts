import { expect, test } from 'vitest'
import { isUuid, randomTopicId, topicIdFromBytes, topicIdToBytes, ZERO_TOPIC_ID } from './ids.ts'

test('a topic id survives the way to bytes and back', () => {
  const id = randomTopicId()
  expect(id).toHaveLength(22)
  expect(isUuid(id)).toBe(true)
  expect(topicIdToBytes(id)).toHaveLength(16)
  expect(topicIdFromBytes(topicIdToBytes(id))).toBe(id)
  expect(topicIdToBytes(ZERO_TOPIC_ID)).toEqual(Buffer.alloc(16))
})

test('a random id is neither reserved nor begins with a dash', () => {
  const draws = [Buffer.alloc(16), Buffer.alloc(16, 0xfb), Buffer.alloc(16, 7)]
  expect(topicIdToBytes(randomTopicId(() => draws.shift() ?? Buffer.alloc(16)))).toEqual(Buffer.alloc(16, 7))
})

test('only the canonical 22 characters are a uuid', () => {
  expect(isUuid('AAAAAAAAAAAAAAAAAAAAAB')).toBe(false)
  expect(isUuid('AAAAAAAAAAAAAAAAAAAAA')).toBe(false)
  expect(isUuid('AAAAAAAAAAAAAAAAAAAA+A')).toBe(false)
})
