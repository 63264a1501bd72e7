import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { crc32c } from '../base/crc32c.ts'
import { randomTopicId, type TopicId } from '../base/ids.ts'
import { encodeBatch } from '../coordinator/record-batch.ts'
import { metadataRecords } from '../messages/internal/cluster-metadata.ts'
import { writeMessage } from '../wire/codec.ts'
import type { AnyStruct, Draft, Message } from '../wire/schema.ts'
import { readMetadata } from './metadata.ts'
import { METADATA_DIRECTORY, readMetadataLog } from './metadata-log.ts'

const CONTROL = 0x20

/** A value as it stands in the log. */
const value = <Body extends AnyStruct>(kind: number, schema: Message<Body>, fields: Draft<Body>): Buffer =>
  Buffer.concat([Buffer.from([1, kind, schema.versions[1]]), writeMessage(schema, schema.versions[1], fields)])
const bare = (kind: number, body: readonly number[] = [0]): Buffer => Buffer.from([1, kind, 0, ...body])

const topic = (topicId: TopicId, name: string): Buffer => value(2, metadataRecords[2], { topicId, name })
const partition = (topicId: TopicId, partitionId: number, replicas: number[]): Buffer =>
  value(3, metadataRecords[3], {
    topicId,
    partitionId,
    replicas,
    isr: replicas,
    removingReplicas: [],
    addingReplicas: [],
    leaderEpoch: 4,
  })
const config = (resourceName: string, name: string, set: string | null): Buffer =>
  value(4, metadataRecords[4], { resourceType: 2, resourceName, name, value: set })
const BEGIN = bare(23)
const END = bare(24)
const ABORT = bare(25)

const batch = (offset: number, values: readonly Buffer[], { key = Buffer.alloc(0), attributes = 0 } = {}): Buffer => {
  const bytes = encodeBatch(
    values.map((each) => ({ key, value: each })),
    0,
  )
  bytes.writeBigInt64BE(BigInt(offset), 0)
  bytes.writeInt16BE(attributes, 21)
  bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17)
  return bytes
}
const footer = (offset: number): Buffer =>
  batch(offset, [Buffer.alloc(2)], { key: Buffer.from([0, 0, 0, 4]), attributes: CONTROL })

const directoryOf = (files: Readonly<Record<string, Buffer>>): string => {
  const data = mkdtempSync(join(tmpdir(), 'millrace-metadata-'))
  onTestFinished(() => rmSync(data, { recursive: true }))
  mkdirSync(join(data, METADATA_DIRECTORY))
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(data, METADATA_DIRECTORY, name), bytes)
  return data
}
const segment = (base: number): string => `${String(base).padStart(20, '0')}.log`
const snapshot = (end: number): string => `${String(end).padStart(20, '0')}-0000000001.checkpoint`

const read = (files: Readonly<Record<string, Buffer>>) => readMetadata(readMetadataLog(directoryOf(files)) ?? [])

const [a, b] = [randomTopicId(), randomTopicId()]

test('topics with partitions and configs, changed and removed', () => {
  const { topics, nextProducerId } = read({
    [segment(0)]: batch(0, [
      topic(a, 'a'),
      partition(a, 0, [1]),
      partition(a, 1, [1, 2]),
      config('a', 'retention.ms', '5'),
      config('a', 'segment.ms', '6'),
      config('a', 'segment.ms', null),
      value(5, metadataRecords[5], { topicId: a, partitionId: 1, leader: 2, replicas: [2] }),
      value(5, metadataRecords[5], { topicId: a, partitionId: 0, isr: [1] }),
      topic(b, 'b'),
      config('b', 'retention.ms', '7'),
      value(9, metadataRecords[9], { topicId: b }),
      value(15, metadataRecords[15], { brokerId: 1, nextProducerId: 3000 }),
    ]),
  })
  const partitions = new Map([
    [0, { replicas: [1], leaderEpoch: 4 }],
    [1, { replicas: [2], leaderEpoch: 5 }],
  ])
  expect(topics).toEqual([{ id: a, name: 'a', configs: new Map([['retention.ms', '5']]), partitions }])
  expect(nextProducerId).toBe(3000)
})

test('a transaction counts when it came to its end', () => {
  const { topics } = read({
    [segment(0)]: Buffer.concat([
      batch(0, [BEGIN, topic(a, 'whole')]),
      batch(2, [END, BEGIN, topic(b, 'given up'), ABORT]),
      batch(6, [BEGIN, topic(b, 'cut')]),
    ]),
  })
  expect(topics.map(({ name }) => name)).toEqual(['whole'])
})

test('the newest whole snapshot, and the log from there on', () => {
  const { topics } = read({
    [snapshot(2)]: Buffer.concat([batch(0, [topic(a, 'in the snapshot')]), footer(1)]),
    [snapshot(3)]: batch(0, [topic(b, 'in one that is cut')]),
    [segment(0)]: Buffer.concat([batch(0, [topic(b, 'removed before the snapshot')]), batch(2, [topic(b, 'behind')])]),
  })
  expect(topics.map(({ name }) => name)).toEqual(['in the snapshot', 'behind'])
})

test('a torn end is left out, a gap and damage in the midst are refused', () => {
  const [first, second] = [batch(0, [topic(a, 'a')]), batch(1, [topic(b, 'b')])]
  const torn = Buffer.from(second)
  torn.writeUInt8(torn.readUInt8(70) ^ 1, 70)
  for (const end of [second.subarray(0, 50), torn, Buffer.alloc(100)]) {
    expect(read({ [segment(0)]: Buffer.concat([first, end]) }).topics.map(({ name }) => name)).toEqual(['a'])
  }
  expect(() => read({ [segment(0)]: torn, [segment(1)]: second })).toThrow('is damaged at byte 0')
  expect(() => read({ [segment(0)]: first, [segment(5)]: batch(5, [topic(b, 'b')]) })).toThrow('goes on at 5')
})

test('what has no meaning here is counted, what is too new is refused', () => {
  const { leftOut } = read({ [segment(0)]: batch(0, [bare(18), bare(18), bare(11), bare(20), bare(99)]) })
  expect(leftOut).toEqual(
    new Map([
      ['access rules', 2],
      ['SCRAM credentials', 1],
      ['records of kind 99', 1],
    ]),
  )
  const newer = Buffer.from([1, 2, 7, 0])
  expect(() => read({ [segment(0)]: batch(0, [newer]) })).toThrow('written by a newer Kafka')
})

test('no metadata', () => {
  const data = directoryOf({})
  rmSync(join(data, METADATA_DIRECTORY), { recursive: true })
  expect(readMetadataLog(data)).toBeNull()
})
