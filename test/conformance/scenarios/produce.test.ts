// Produce at every version: answers, what is refused and with which code, duplicates and gaps of idempotent producers.
import { produce } from 'millrace/messages/00-produce.js'
import { fetch } from 'millrace/messages/01-fetch.js'
import { deleteRecords } from 'millrace/messages/21-delete-records.js'
import { batch, type BatchFields, type TestRecord } from '../../harness/batch.ts'
import { requestBytes } from '../../harness/peer.ts'
import { fetchFrom, newProducer, produceTo, type TopicRef, UNKNOWN_ID } from './requests.ts'
import { scenarios, type Stage } from './scenario.ts'

const scenario = scenarios('produce')
const two: readonly TestRecord[] = [{ value: 'one' }, { value: 'two' }]

const newTopic = async ({ topic }: Stage, name: string, configs: Record<string, string> = {}): Promise<TopicRef> => ({
  name,
  id: await topic(name, { configs }),
})

scenario('every version appends and answers', { rows: [5, 8] }, async (stage) => {
  const { transcript, peer } = stage
  const topic = await newTopic(stage, 'appended')
  const on = await peer()
  for (const acks of [-1, 1]) {
    await transcript.versions(on, `acks ${acks}`, produce, () => produceTo(topic, batch(two), { acks }))
  }
  await transcript.versions(on, 'read back', fetch, () => fetchFrom(topic, { fetchOffset: 20 }))
})

scenario('no answer to acks 0, and the answers after it keep their order', { rows: [4] }, async (stage) => {
  const { transcript, peer } = stage
  const topic = await newTopic(stage, 'unanswered')
  const on = await peer()
  for (let version = 3; version <= 13; version += 1) {
    on.frame(requestBytes(produce, version, produceTo(topic, batch(two), { acks: 0 }), 1000 + version))
  }
  await transcript.call(on, 'after eleven without an answer', produce, 13, produceTo(topic, batch(two)))
})

scenario('wrong acks', { rows: [7] }, async (stage) => {
  const { transcript, peer } = stage
  const topic = await newTopic(stage, 'acks')
  for (const acks of [2, -2]) {
    await transcript.versions(await peer(), `acks ${acks}`, produce, () => produceTo(topic, batch(two), { acks }))
  }
})

scenario('an error with acks 0 closes the connection', { rows: [4] }, async (stage) => {
  const { transcript, peer } = stage
  for (const version of [3, 8, 12, 13]) {
    const on = await peer()
    on.frame(requestBytes(produce, version, produceTo({ name: 'none', id: UNKNOWN_ID }, batch(two), { acks: 0 })))
    transcript.note(`v${version}`, (await on.outcome(5000)).kind)
  }
})

scenario('unknown topics and partitions', { rows: [8, 27] }, async (stage) => {
  const { transcript, peer } = stage
  const topic = await newTopic(stage, 'known')
  const on = await peer()
  const unknown = { name: 'no-such-topic', id: UNKNOWN_ID }
  await transcript.versions(on, 'a topic', produce, () => produceTo(unknown, batch(two)))
  await transcript.versions(on, 'a partition', produce, () => produceTo(topic, batch(two), { index: 7 }))
  await transcript.versions(on, 'a partition below zero', produce, () => produceTo(topic, batch(two), { index: -1 }))
  await transcript.versions(
    on,
    'a name that cannot be',
    produce,
    () => produceTo({ ...unknown, name: 'a b' }, batch(two)),
    { to: 12 },
  )
  const mixed = (version: number) => {
    const data = (ref: TopicRef, indexes: readonly number[]) => ({
      name: ref.name,
      topicId: ref.id,
      partitionData: indexes.map((index) => ({ index, records: batch(two) })),
    })
    return {
      transactionalId: null,
      acks: -1,
      timeoutMs: 5000,
      topicData: version > 12 ? [data(topic, [1, 0]), data(unknown, [0])] : [data(unknown, [0]), data(topic, [1, 0])],
    }
  }
  const answered = async (version: number) => {
    const { responses } = await on.call(produce, version, mixed(version))
    return responses
      .flatMap((one) =>
        one.partitionResponses.map(
          (each) => `${one.name}${one.topicId === topic.id ? 'known' : ''} ${each.index} ${each.errorCode}`,
        ),
      )
      .toSorted()
  }
  transcript.note('known and unknown together, by name', await answered(12))
  transcript.note('known and unknown together, by id', await answered(13))
})

const wrong: readonly [string, readonly TestRecord[], BatchFields][] = [
  ['a checksum', two, { crc: 1 }],
  ['magic 1', two, { magic: 1 }],
  ['magic 3', two, { magic: 3 }],
  ['a base offset', two, { baseOffset: 5n }],
  ['a count that differs from the offsets', two, { recordsCount: 1 }],
  ['no records', [], { lastOffsetDelta: 0, recordsCount: 0 }],
  ['a control batch', two, { attributes: 32 }],
  ['a producer without a sequence', two, { producerId: 1, producerEpoch: 0 }],
  ['a time of an hour and more from now', two, { baseTimestamp: 7_000_000_000_000 }],
  ['a leader epoch', two, { leaderEpoch: 9 }],
  ['a delete horizon claimed', two, { attributes: 64 }],
  ['unused attributes', two, { attributes: 128 }],
]

scenario('batches that are wrong', { rows: [5] }, async (stage) => {
  const { transcript, peer } = stage
  const topic = await newTopic(stage, 'wrong')
  const on = await peer()
  for (const [what, records, fields] of wrong) {
    await transcript.versions(on, what, produce, () => produceTo(topic, batch(records, fields)))
  }
})

scenario('not one batch', { rows: [5] }, async (stage) => {
  const { transcript, peer } = stage
  const topic = await newTopic(stage, 'not-one')
  const cases: readonly [string, Buffer | null][] = [
    ['two batches', Buffer.concat([batch(two), batch(two)])],
    ['no bytes', Buffer.alloc(0)],
    ['half a batch', batch(two).subarray(0, 40)],
    ['a batch and three bytes', Buffer.concat([batch(two), Buffer.alloc(3)])],
    ['a length below the header', batch(two, { batchLength: 20 })],
  ]
  for (const [what, records] of cases) {
    for (const version of [3, 7, 8, 12, 13]) {
      const on = await peer()
      try {
        await transcript.call(on, what, produce, version, produceTo(topic, records))
      } catch {
        transcript.note(`${what} v${version}`, (await on.outcome(1000)).kind)
      }
    }
  }
})

scenario('a batch beyond max message bytes', { rows: [6] }, async (stage) => {
  const { transcript, peer } = stage
  const topic = await newTopic(stage, 'small', { 'max.message.bytes': '100' })
  const on = await peer()
  await transcript.versions(on, 'too large', produce, () => produceTo(topic, batch([{ value: 'x'.repeat(101) }])))
  await transcript.versions(on, 'within', produce, () => produceTo(topic, batch([{ value: 'x' }])))
})

scenario('records without a key in a compacted topic', { rows: [6] }, async (stage) => {
  const { transcript, peer } = stage
  const topic = await newTopic(stage, 'compacted', { 'cleanup.policy': 'compact' })
  const on = await peer()
  const records = [{ key: 'k', value: 'v' }, { value: 'no key' }, { key: 'k' }, { value: 'no key' }]
  await transcript.versions(on, 'two without', produce, () => produceTo(topic, batch(records)))
  await transcript.versions(on, 'a tombstone', produce, () => produceTo(topic, batch([{ key: 'k' }])))
})

scenario('the time of the broker', { rows: [8, 9] }, async (stage) => {
  const { transcript, peer } = stage
  const topic = await newTopic(stage, 'stamped', { 'message.timestamp.type': 'LogAppendTime' })
  const on = await peer()
  await transcript.versions(on, 'an old batch', produce, () => produceTo(topic, batch(two, { baseTimestamp: 1000 })))
  await transcript.versions(on, 'read back', fetch, () => fetchFrom(topic, { fetchOffset: 21 }))
})

scenario('bounds of the time of the producer', { rows: [6] }, async (stage) => {
  const { transcript, peer } = stage
  const topic = await newTopic(stage, 'timed', {
    'message.timestamp.before.max.ms': '1000',
    'message.timestamp.after.max.ms': '1000',
  })
  const on = await peer()
  await transcript.versions(on, 'too old', produce, () => produceTo(topic, batch(two, { baseTimestamp: 1000 })))
  await transcript.versions(on, 'too new', produce, () =>
    produceTo(topic, batch(two, { baseTimestamp: Date.now() + 60_000 })),
  )
  await transcript.versions(on, 'now', produce, () => produceTo(topic, batch(two)))
})

scenario('bounds of time that nobody set', { rows: [6] }, async (stage) => {
  const { transcript, peer } = stage
  const topic = await newTopic(stage, 'untimed')
  const on = await peer()
  const hour = 3_600_000
  for (const [what, baseTimestamp] of [
    ['of 1970', 0],
    ['no time at all', -1],
    ['in less than an hour', Date.now() + hour - 60_000],
    ['in more than an hour', Date.now() + hour + 60_000],
  ] as const) {
    await transcript.call(on, what, produce, 13, produceTo(topic, batch(two, { baseTimestamp })))
  }
})

scenario('records are kept as they were sent', { rows: [5, 9] }, async (stage) => {
  const { transcript, peer } = stage
  const on = await peer()
  for (const type of ['CreateTime', 'LogAppendTime']) {
    const topic = await newTopic(stage, `kept-${type}`, { 'message.timestamp.type': type })
    const sent = batch([{ key: 'k', value: 'v' }, { value: null }], { baseTimestamp: 1000, maxTimestamp: 1000 })
    await transcript.call(on, type, produce, 13, produceTo(topic, sent))
    const { responses } = await transcript.call(on, 'read back', fetch, 18, fetchFrom(topic))
    const records = responses[0]?.partitions[0]?.records ?? Buffer.alloc(0)
    transcript.note('bytes behind the header are the same', records.subarray(61).equals(sent.subarray(61)))
    transcript.note('base timestamp', Number(records.readBigInt64BE(27)))
  }
})

/** A Zstandard frame of one raw block, as any encoder may write it. */
const zstd = (content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, content.length, (content.length << 3) | 1, 0, 0]), content])

scenario('zstd needs a version that knows it', { rows: [5] }, async (stage) => {
  const { transcript, peer } = stage
  const topic = await newTopic(stage, 'zstd')
  const on = await peer()
  const body = zstd(batch([{ value: 'v' }]).subarray(61))
  const records = batch([{ value: 'v' }], { attributes: 4, body })
  await transcript.versions(on, 'sent', produce, () => produceTo(topic, records))
  await transcript.versions(on, 'read', fetch, () => fetchFrom(topic, { fetchOffset: 6 }))
})

scenario('an idempotent producer whose records are deleted', { rows: [8, 11] }, async (stage) => {
  const { transcript, peer } = stage
  const topic = await newTopic(stage, 'trimmed')
  const on = await peer()
  const producerId = await newProducer(on)
  const send = (what: string, baseSequence: number) =>
    transcript.call(on, what, produce, 13, produceTo(topic, batch(two, { producerId, producerEpoch: 0, baseSequence })))
  await send('the first', 0)
  const all = [{ name: topic.name, partitions: [{ partitionIndex: 0, offset: -1 }] }]
  await transcript.call(on, 'all', deleteRecords, 2, { topics: all, timeoutMs: 5000 })
  await send('the first again', 0)
  await send('a gap', 7)
  await send('the next', 2)
})

scenario('an idempotent producer', { rows: [10, 11, 12] }, async (stage) => {
  const { transcript, peer } = stage
  const topic = await newTopic(stage, 'idempotent')
  const on = await peer()
  const producerId = await newProducer(on)
  const send = (what: string, baseSequence: number, producerEpoch = 0, id = producerId) =>
    transcript.call(
      on,
      what,
      produce,
      13,
      produceTo(topic, batch(two, { producerId: id, producerEpoch, baseSequence })),
    )
  await send('the first', 0)
  await send('the same again', 0)
  await send('a gap', 4)
  for (const sequence of [2, 4, 6, 8]) await send(`sequence ${sequence}`, sequence)
  await send('the oldest of five', 0)
  await send('the newest of five', 8)
  await send('a sixth', 10)
  await send('older than five', 0)
  await send('in the middle of one', 9)
  await send('a new epoch that does not begin at 0', 1, 1)
  await send('a new epoch', 0, 1)
  await send('the old epoch', 12, 0)
  const other = await newProducer(on)
  await send('another, unknown, in the middle', 17, 0, other)
  await send('then the next', 19, 0, other)
  await send('an id that nobody gave', 0, 0, 987_654)
})

scenario('sequences wrap', { rows: [11] }, async (stage) => {
  const { transcript, peer } = stage
  const topic = await newTopic(stage, 'wrapping')
  const on = await peer()
  const producerId = await newProducer(on)
  const send = (what: string, baseSequence: number) =>
    transcript.call(on, what, produce, 13, produceTo(topic, batch(two, { producerId, producerEpoch: 0, baseSequence })))
  await send('across the end', 2 ** 31 - 1)
  await send('after it', 1)
  await send('across the end again', 2 ** 31 - 1)
})

scenario('transactional batches without a transaction', { rows: [13] }, async (stage) => {
  const { transcript, peer } = stage
  const topic = await newTopic(stage, 'transactional')
  const on = await peer()
  const producerId = await newProducer(on)
  const records = batch(two, { attributes: 16, producerId, producerEpoch: 0, baseSequence: 0 })
  for (const version of [3, 11, 12, 13]) {
    await transcript.call(on, 'without a transactional id', produce, version, produceTo(topic, records))
  }
})

scenario('in sync replicas', { rows: [7] }, async (stage) => {
  const { transcript, peer } = stage
  const topic = await newTopic(stage, 'insync', { 'min.insync.replicas': '2' })
  const on = await peer()
  await transcript.versions(on, 'too few', produce, () => produceTo(topic, batch(two)))
  await transcript.versions(on, 'acks 1', produce, () => produceTo(topic, batch(two), { acks: 1 }))
})
