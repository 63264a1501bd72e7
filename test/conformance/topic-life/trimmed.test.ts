// Segments go while they are read, by retention or because their records are deleted.
import { fetch } from 'millrace/messages/01-fetch.js'
import { listOffsets } from 'millrace/messages/02-list-offsets.js'
import { deleteRecords } from 'millrace/messages/21-delete-records.js'
import { incrementalAlterConfigs } from 'millrace/messages/44-incremental-alter-configs.js'
import { errorName } from 'millrace/wire/errors.js'
import { expect, test } from 'vitest'
import { eventually } from '../../harness/eventually.ts'
import { fileBroker } from '../../harness/file-broker.ts'
import { Peer } from '../../harness/peer.ts'
import { fetchFrom, type TopicRef, write } from '../scenarios/requests.ts'
import { recordsOf } from './records.ts'
import { fill, readSlowly, SEGMENT_BYTES } from './slow-reader.ts'
import { bytesOnDisk, dropTopic, expectNothingLeft, isFull, makeTopic, openFilesOf, quickRemoval } from './topics.ts'

const broker = fileBroker({ overrides: quickRemoval })
const TOPIC = 2
const SET = 0

const deleteAll = async (on: Peer, { name }: TopicRef): Promise<void> => {
  const topics = [{ name, partitions: [{ partitionIndex: 0, offset: -1 }] }]
  const answer = await on.call(deleteRecords, 2, { topics, timeoutMs: 10_000 })
  expect(answer.topics[0]?.partitions[0]?.errorCode).toBe(0)
}

const keepNothing = async (on: Peer, { name }: TopicRef): Promise<void> => {
  const configs = [{ name: 'retention.bytes', configOperation: SET, value: '0' }]
  const resources = [{ resourceType: TOPIC, resourceName: name, configs }]
  const { responses } = await on.call(incrementalAlterConfigs, 1, { resources, validateOnly: false })
  expect(responses[0]?.errorCode).toBe(0)
}

const earliest = async (on: Peer, { name }: TopicRef): Promise<number> => {
  const topics = [{ name, partitions: [{ partitionIndex: 0, timestamp: -2 }] }]
  const answer = await on.call(listOffsets, 7, { replicaId: -1, topics })
  return answer.topics[0]?.partitions[0]?.offset ?? -1
}

test.each([
  ['deleted records', deleteAll],
  ['retention', keepNothing],
] as const)('slow readers under %s get whole batches, and the space comes back', async (what, trim) => {
  const on = await Peer.open(broker().port)
  const topic = await makeTopic(on, what.replace(' ', '-'), { configs: { 'segment.bytes': String(SEGMENT_BYTES) } })
  await fill(on, topic)
  const readers = await Promise.all([0, 1, 2].map(() => readSlowly(broker(), topic)))
  await trim(on, topic)
  await eventually('the old segments are gone', () =>
    bytesOnDisk(broker(), topic.name) <= SEGMENT_BYTES ? true : undefined,
  )
  const start = await earliest(on, topic)
  expect(start).toBeGreaterThan(SEGMENT_BYTES / 1_000_000)
  readers.pop()?.leave()
  for (const reader of readers) {
    await reader.readOn()
    reader.leave()
  }
  const answer = await on.call(fetch, 13, fetchFrom(topic, { fetchOffset: start - 1 }))
  expect(errorName(answer.responses[0]?.partitions[0]?.errorCode ?? -1)).toBe('OFFSET_OUT_OF_RANGE')
  await eventually('no deleted file is held', () => {
    const held = openFilesOf(broker(), topic.name).filter((file) => file.endsWith('(deleted)'))
    if (held.length > 0) throw new Error(held.join(', '))
    return true
  })
  await dropTopic(on, topic)
  await expectNothingLeft(broker(), topic.name)
  on.close()
})

test('a reader that follows a topic of short retention loses nothing but what is over', async () => {
  const on = await Peer.open(broker().port)
  const configs = { 'segment.bytes': String(1 << 20), 'retention.bytes': String(2 << 20) }
  const topic = await makeTopic(on, 'short', { configs })
  const writes = isFull ? 400 : 60
  const valueOf = (offset: number) => Buffer.alloc(100_000, `record ${offset} `)
  let written = 0
  const writing = (async () => {
    const writer = await Peer.open(broker().port)
    for (; written < writes; written += 1) await write(writer, topic, [{ value: valueOf(written) }])
    writer.close()
  })()
  let next = 0
  let read = 0
  while (next < writes) {
    const asked = fetchFrom(topic, { fetchOffset: next, partitionMaxBytes: 300_000 }, { maxWaitMs: 500 })
    const partition = (await on.call(fetch, 13, asked)).responses[0]?.partitions[0]
    if (errorName(partition?.errorCode ?? -1) === 'OFFSET_OUT_OF_RANGE') {
      const start = await earliest(on, topic)
      expect(start).toBeGreaterThan(next)
      next = start
      continue
    }
    expect(errorName(partition?.errorCode ?? -1)).toBe('NONE')
    for (const { offset, value } of recordsOf(partition?.records ?? Buffer.alloc(0))) {
      expect(offset).toBe(next)
      expect(value.equals(valueOf(offset))).toBe(true)
      next += 1
      read += 1
    }
  }
  await writing
  expect(read).toBeGreaterThan(0)
  await dropTopic(on, topic)
  await expectNothingLeft(broker(), 'short')
  on.close()
})
