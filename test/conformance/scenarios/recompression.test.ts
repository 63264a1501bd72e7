// compression.type of a topic: what becomes of batches that come with another codec.
import { gzipSync } from 'node:zlib'
import { produce } from 'millrace/messages/00-produce.js'
import { fetch } from 'millrace/messages/01-fetch.js'
import { expect } from 'vitest'
import { batch, type BatchFields, HEADER_BYTES, wholeBatches } from '../../harness/batch.ts'
import type { Peer } from '../../harness/peer.ts'
import { batchesOf } from './batches.ts'
import { fetchFrom, newProducer, produceTo, type TopicRef } from './requests.ts'
import { scenarios, type Stage } from './scenario.ts'

const scenario = scenarios('recompression')

/** Frames of each codec around bytes as they are, by the number that names it in the attributes. */
const codecs: readonly (readonly [name: string, pack: (bytes: Buffer) => Buffer])[] = [
  ['uncompressed', (bytes) => bytes],
  ['gzip', (bytes) => gzipSync(bytes)],
  [
    'snappy',
    (bytes) => {
      const block = Buffer.from([bytes.length, (bytes.length - 1) << 2, ...bytes])
      return Buffer.concat([
        Buffer.from('82534e41505059000000000100000001000000', 'hex'),
        Buffer.from([block.length]),
        block,
      ])
    },
  ],
  [
    'lz4',
    (bytes) =>
      Buffer.concat([
        Buffer.from('04224d18604082', 'hex'),
        Buffer.from([bytes.length, 0, 0, 0x80]),
        bytes,
        Buffer.alloc(4),
      ]),
  ],
  [
    'zstd',
    (bytes) => {
      const header = (bytes.length << 3) | 1
      return Buffer.concat([
        Buffer.from('28b52ffd20', 'hex'),
        Buffer.from([bytes.length, header & 0xff, header >> 8, 0]),
        bytes,
      ])
    },
  ],
]

/** One record; a delta, a length and a count are zig-zag numbers of one byte. */
const record = (timestampDelta: number, offsetDelta: number, key: string | null, value: string): Buffer => {
  const body = Buffer.concat([
    Buffer.from([0, timestampDelta * 2, offsetDelta * 2, key === null ? 1 : key.length * 2]),
    Buffer.from(key ?? ''),
    Buffer.from([value.length * 2]),
    Buffer.from(value),
    Buffer.from([0]),
  ])
  return Buffer.concat([Buffer.from([body.length * 2]), body])
}

/** None of them has the time that the header counts from, and the largest is the second. */
const three = Buffer.concat([record(7, 0, 'k', 'one'), record(30, 1, null, 'two'), record(5, 2, 'k', '')])

const packed = (codec: number, fields: BatchFields = {}): Buffer =>
  batch([], {
    body: codecs[codec]?.[1](three) ?? three,
    lastOffsetDelta: 2,
    recordsCount: 3,
    baseTimestamp: 1000,
    maxTimestamp: 1030,
    ...fields,
    attributes: codec | (fields.attributes ?? 0),
  })

const newTopic = async (
  { topic }: Stage,
  name: string,
  configs: Readonly<Record<string, string>>,
): Promise<TopicRef> => ({
  name,
  id: await topic(name, { configs }),
})

const put = async (on: Peer, topic: TopicRef, records: Buffer) => {
  const { responses } = await on.call(produce, 13, produceTo(topic, records))
  const answer = responses[0]?.partitionResponses[0]
  return { errorCode: answer?.errorCode, baseOffset: answer?.baseOffset }
}

const stored = async (on: Peer, topic: TopicRef, fetchOffset = 0): Promise<Buffer> => {
  const { responses } = await on.call(fetch, 13, fetchFrom(topic, { fetchOffset }))
  return responses[0]?.partitions[0]?.records ?? Buffer.alloc(0)
}

/** What a broker may choose in its compressed form is left out. */
const told = (bytes: Buffer) =>
  batchesOf(bytes).map(({ base, last, leaderEpoch, attributes, maxTimestamp, producer, count }, index) => ({
    base,
    last,
    leaderEpoch,
    attributes,
    maxTimestamp,
    producer,
    count,
    baseTimestamp: Number([...wholeBatches(bytes)][index]?.readBigInt64BE(27)),
  }))

scenario('each codec in a topic of each type', { rows: [] }, async (stage) => {
  const { transcript, peer } = stage
  const on = await peer()
  const plain = await newTopic(stage, 'unpacked', { 'compression.type': 'uncompressed' })
  for (const type of [...codecs.map(([name]) => name), 'producer']) {
    const topic = await newTopic(stage, `of-${type}`, { 'compression.type': type })
    for (const [codec, [name]] of codecs.entries()) {
      const { errorCode, baseOffset = -1 } = await put(on, topic, packed(codec))
      const bytes = await stored(on, topic, baseOffset)
      transcript.note(`${name} in ${type}`, { errorCode, batches: told(bytes) })
      // The broker unpacks it once more, so that the records can be compared.
      const again = Buffer.from(bytes)
      again.writeBigInt64BE(0n, 0)
      const unpacked = await put(on, plain, again)
      const records = (await stored(on, plain, unpacked.baseOffset)).subarray(HEADER_BYTES)
      transcript.note('  its records', { errorCode: unpacked.errorCode, records: records.toString('hex') })
    }
  }
})

scenario('levels, the time of the broker, bits without a meaning', { rows: [] }, async (stage) => {
  const { transcript, peer } = stage
  const on = await peer()
  const levels = [
    { 'compression.type': 'gzip', 'compression.gzip.level': '9' },
    { 'compression.type': 'zstd', 'compression.zstd.level': '-50' },
    { 'compression.type': 'lz4', 'compression.lz4.level': '17' },
    { 'compression.type': 'gzip', 'message.timestamp.type': 'LogAppendTime' },
    { 'compression.type': 'uncompressed', 'message.timestamp.type': 'LogAppendTime' },
  ]
  for (const [index, configs] of levels.entries()) {
    const topic = await newTopic(stage, `level-${index}`, configs)
    for (const [codec, [name]] of codecs.entries()) {
      const { errorCode } = await put(on, topic, packed(codec, { attributes: 1 << 9 }))
      transcript.note(`${name} in ${JSON.stringify(configs)}`, errorCode)
    }
    const about = told(await stored(on, topic)).map(({ maxTimestamp, ...rest }) => ({
      ...rest,
      maxTimestamp: maxTimestamp > 1_600_000_000_000 ? 'now' : maxTimestamp,
    }))
    transcript.note('  stored', about)
  }
})

scenario('retries and gaps of an idempotent producer', { rows: [] }, async (stage) => {
  const { transcript, peer } = stage
  const on = await peer()
  const topic = await newTopic(stage, 'retried', { 'compression.type': 'zstd' })
  const producerId = await newProducer(on)
  const of = (codec: number, baseSequence: number) => packed(codec, { producerId, producerEpoch: 0, baseSequence })
  for (const [codec, sequence] of [
    [0, 0],
    [0, 0],
    [1, 3],
    [4, 6],
    [2, 3],
    [0, 12],
  ] as const) {
    transcript.note(`${codecs[codec]?.[0]} of sequence ${sequence}`, await put(on, topic, of(codec, sequence)))
  }
  const batches = told(await stored(on, topic))
  expect(batches.every(({ producer }) => producer.startsWith(`${producerId}/`))).toBe(true)
  transcript.note(
    'stored',
    batches.map(({ producer, ...rest }) => ({ ...rest, producer: producer.replace(String(producerId), 'producer') })),
  )
})

scenario('what is refused', { rows: [] }, async (stage) => {
  const { transcript, peer } = stage
  const on = await peer()
  const narrow = await newTopic(stage, 'narrow', { 'compression.type': 'uncompressed', 'max.message.bytes': '400' })
  const value = Buffer.alloc(1000)
  const length = 1007
  const zeros = Buffer.concat([
    Buffer.from([((length * 2) & 0x7f) | 0x80, (length * 2) >> 7, 0, 0, 0, 1, 0xd0, 0x0f]),
    value,
    Buffer.from([0]),
  ])
  const one = { lastOffsetDelta: 0, recordsCount: 1 }
  const cases: Readonly<Record<string, Buffer>> = {
    'too large once it is unpacked': packed(1, { ...one, body: gzipSync(zeros) }),
    'no gzip': packed(1, { body: Buffer.from('no gzip at all') }),
    'no zstd': packed(4, { body: Buffer.from('no zstd at all') }),
    'fewer records than announced': packed(1, { recordsCount: 4, lastOffsetDelta: 3 }),
    'more records than announced': packed(1, { recordsCount: 2, lastOffsetDelta: 1 }),
    'a time before all time': packed(1, { baseTimestamp: -500, maxTimestamp: -470 }),
    'a good one behind them': packed(1),
  }
  for (const [name, records] of Object.entries(cases)) transcript.note(name, await put(on, narrow, records))
  const keyed = await newTopic(stage, 'keyed', { 'compression.type': 'gzip', 'cleanup.policy': 'compact' })
  await transcript.call(on, 'a record without a key in a compacted topic', produce, 13, produceTo(keyed, packed(0)))
})
