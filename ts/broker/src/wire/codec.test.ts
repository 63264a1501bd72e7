import { expect, test } from 'vitest'
import { ZERO_TOPIC_ID, randomTopicId } from '../base/ids.ts'
import { fetch } from '../messages/01-fetch.ts'
import { metadata } from '../messages/03-metadata.ts'
import { heartbeat } from '../messages/12-heartbeat.ts'
import { readRequest, readResponse, readVersioned, writeRequest, writeResponse, writeVersioned } from './codec.ts'
import { int32, string } from './primitives.ts'
import { MalformedError, Reader } from './reader.ts'
import { message, nullable, since, struct, tagged } from './schema.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

test('a heartbeat of version 0 is what Kafka writes', () => {
  const bytes = writeRequest(heartbeat, 0, { groupId: 'g', generationId: 7, memberId: 'm-1' })
  expect(bytes).toEqual(hex('0001 67  00000007  0003 6d2d31'))
  expect(readRequest(heartbeat, 0, new Reader(bytes))).toEqual({
    groupId: 'g',
    generationId: 7,
    memberId: 'm-1',
    groupInstanceId: null,
  })
})

test('a flexible heartbeat has compact strings and tagged fields', () => {
  const bytes = writeRequest(heartbeat, 4, { groupId: 'g', generationId: 7, memberId: '', groupInstanceId: 'i' })
  expect(bytes).toEqual(hex('02 67  00000007  01  02 69  00'))
})

test('a null where the version has none is refused on both sides', () => {
  expect(() => writeRequest(metadata, 0, { topics: null })).toThrow(TypeError)
  expect(() => readRequest(metadata, 0, new Reader(hex('ffffffff')))).toThrow(MalformedError)
  expect(readRequest(metadata, 1, new Reader(hex('ffffffff'))).topics).toBeNull()
})

test('a version outside the range of the message is refused', () => {
  expect(() => readRequest(heartbeat, 5, new Reader(hex('')))).toThrow('Heartbeat has versions 0 to 4')
})

test('unknown tagged fields are skipped, known ones read', () => {
  const tags = message({
    name: 'Tags',
    versions: [0, 0],
    flexible: 0,
    body: struct({ first: int32, name: tagged(1, 0, nullable(string), null), count: tagged(3, 0, int32, -1) }),
  })
  const read = (text: string): unknown => readVersioned(tags, hex(`0000 00000005 ${text}`)).value
  expect(read('00')).toEqual({ first: 5, name: null, count: -1 })
  expect(read('03  00 02 ffff  03 04 00000009  04 00')).toEqual({ first: 5, name: null, count: 9 })
  expect(() => read('02  03 04 00000009  01 02 02 61')).toThrow('tag 1 after 3')
  expect(() => read('01  03 05 0000000900')).toThrow('wrong size')
  expect(() => read('01  07 05 00')).toThrow('tagged field of 5 bytes')
  expect(writeVersioned(tags, 0, { first: 5, name: 'a' })).toEqual(hex('0000 00000005 01 01 02 02 61'))
})

test('a struct may be null: one byte says so', () => {
  const cursor = message({
    name: 'Cursor',
    versions: [0, 0],
    flexible: 0,
    body: struct({ cursor: nullable(struct({ name: string })) }),
  })
  const absent = writeVersioned(cursor, 0, { cursor: null })
  expect(absent).toEqual(hex('0000 ff 00'))
  expect(readVersioned(cursor, absent).value).toEqual({ cursor: null })
  const present = writeVersioned(cursor, 0, { cursor: { name: 'a' } })
  expect(present).toEqual(hex('0000 01 02 61 00 00'))
  expect(readVersioned(cursor, present).value).toEqual({ cursor: { name: 'a' } })
})

test('a tagged struct is written only when it differs from its default', () => {
  const partition = { partitionIndex: 0, errorCode: 0, highWatermark: 3, abortedTransactions: null, records: null }
  const topic = {
    topicId: randomTopicId(),
    partitions: [{ ...partition, currentLeader: { leaderId: 4, leaderEpoch: 2 } }],
  }
  const write = (topics: typeof topic): Buffer => writeResponse(fetch, 16, { throttleTimeMs: 0, responses: [topics] })
  const absent = { leaderId: -1, leaderEpoch: -1 }
  const hinted = write(topic)
  const plain = write({ ...topic, partitions: [{ ...partition, currentLeader: absent }] })
  expect(hinted.length - plain.length).toBe(2 + 4 + 4 + 1)
  const read = readResponse(fetch, 16, new Reader(hinted))
  expect(read.responses[0]?.partitions[0]?.currentLeader).toEqual({ leaderId: 4, leaderEpoch: 2 })
  expect(read.responses[0]?.topic).toBe('')
})

test('a default is shared and hence frozen', () => {
  const { forgottenTopicsData } = readRequest(
    fetch,
    4,
    new Reader(hex('ffffffff 00000000 00000000 00000000 00 00000000')),
  )
  expect(Object.isFrozen(forgottenTopicsData)).toBe(true)
})

test('what is left out on write takes its default', () => {
  const withDefault = message({ name: 'D', versions: [0, 1], flexible: null, body: struct({ a: since(1, int32, 9) }) })
  expect(writeVersioned(withDefault, 1, {})).toEqual(hex('0001 00000009'))
  expect(writeVersioned(withDefault, 0, { a: 4 })).toEqual(hex('0000'))
  expect(readVersioned(withDefault, hex('0000')).value).toEqual({ a: 9 })
})

test('a topic name of invalid UTF-8 still reads, to something that no name check lets through', () => {
  const { topics } = readRequest(metadata, 1, new Reader(hex('00000001 0003 61ff62')))
  expect(topics).toEqual([{ topicId: ZERO_TOPIC_ID, name: 'a\ufffdb' }])
})
