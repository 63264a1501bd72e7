// Rows 24-39 of the bad inputs: batches. One that is refused leaves nothing in the log.
import { gzipSync } from 'node:zlib'
import { produce } from 'millrace/messages/00-produce.js'
import { listOffsets } from 'millrace/messages/02-list-offsets.js'
import { initProducerId } from 'millrace/messages/22-init-producer-id.js'
import { errorCode, type ErrorCode } from 'millrace/wire/errors.js'
import { expect, test } from 'vitest'
import { batch, type BatchFields } from '../harness/batch.ts'
import type { Peer } from '../harness/peer.ts'
import { subject } from './subject.ts'

const { broker, peer, topic } = subject()

const send = async (
  on: Peer,
  name: string,
  records: Buffer | null,
  { acks = -1, version = 9, transactionalId = null as string | null } = {},
) => {
  const answer = await on.call(produce, version, {
    transactionalId,
    acks,
    timeoutMs: 5000,
    topicData: [{ name, partitionData: [{ index: 0, records }] }],
  })
  return answer.responses[0]!.partitionResponses[0]!
}

const logEnd = async (on: Peer, name: string): Promise<number> => {
  const { topics } = await on.call(listOffsets, 5, {
    replicaId: -1,
    isolationLevel: 0,
    topics: [{ name, partitions: [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp: -1 }] }],
  })
  return topics[0]!.partitions[0]!.offset
}

/** Sends what must be refused with one of the codes, and proves that nothing was appended. */
const refused = async (
  records: Buffer | null,
  codes: readonly ErrorCode[],
  configs: Readonly<Record<string, string>> = {},
) => {
  const name = await topic(configs)
  const sender = await peer()
  const answer = await send(sender, name, records)
  expect([...codes, ...unexpectedOnKafka()].map(errorCode)).toContain(answer.errorCode)
  expect(await logEnd(sender, name)).toBe(0)
}

/** Kafka answers some of them with UNKNOWN_SERVER_ERROR (KAFKA-14034), which tells a client nothing. */
const unexpectedOnKafka = (): readonly ErrorCode[] => (broker().target === 'kafka' ? ['UNKNOWN_SERVER_ERROR'] : [])

const one = [{ key: 'k', value: 'v' }]
const good = (fields: BatchFields = {}): Buffer => batch(one, fields)

test('row 24: acks 7', async () => {
  const name = await topic()
  const sender = await peer()
  expect((await send(sender, name, good(), { acks: 7 })).errorCode).toBe(errorCode('INVALID_REQUIRED_ACKS'))
  expect(await logEnd(sender, name)).toBe(0)
})

test('row 25: a wrong CRC', () => refused(good({ crc: 0xdeadbeef }), ['CORRUPT_MESSAGE']))

test('row 26: a batch length that is not that of the batch', async () => {
  await refused(good({ batchLength: 1_000_000 }), ['CORRUPT_MESSAGE', 'INVALID_RECORD'])
  await refused(good({ batchLength: 20 }), ['CORRUPT_MESSAGE', 'INVALID_RECORD'])
  await refused(good({ batchLength: -1 }), ['CORRUPT_MESSAGE', 'INVALID_RECORD'])
})

test('row 27: two batches, or none, for one partition', async () => {
  await refused(Buffer.concat([good(), good()]), ['INVALID_RECORD'])
  await refused(Buffer.alloc(0), ['INVALID_RECORD'])
  // Kafka never answers a request with null records.
  if (broker().target === 'millrace') await refused(null, ['INVALID_RECORD'])
})

test('row 28: other magic bytes', async () => {
  await refused(good({ magic: 9 }), ['UNSUPPORTED_FOR_MESSAGE_FORMAT', 'INVALID_RECORD', 'CORRUPT_MESSAGE'])
  await refused(good({ magic: 1 }), ['INVALID_RECORD', 'CORRUPT_MESSAGE'])
})

test.each([
  { recordsCount: 0 },
  { recordsCount: -1 },
  { recordsCount: 0x7fffffff },
  { lastOffsetDelta: 7 },
  { lastOffsetDelta: -1 },
])('row 29: counts that contradict each other: %o', async (fields) => {
  await refused(good(fields), ['INVALID_RECORD'])
})

test('row 30: a control batch from a client', () => refused(good({ attributes: 0x20 }), ['INVALID_RECORD']))

test.each([5, 6, 7])('row 31: compression %i does not exist', (codec) =>
  refused(good({ attributes: codec }), ['UNSUPPORTED_COMPRESSION_TYPE', 'INVALID_RECORD', 'CORRUPT_MESSAGE']),
)

test('row 31: zstd before version 7', async () => {
  const name = await topic()
  const sender = await peer()
  const answer = await send(sender, name, good({ attributes: 4 }), { version: 6 })
  expect(answer.errorCode).toBe(errorCode('UNSUPPORTED_COMPRESSION_TYPE'))
  expect(await logEnd(sender, name)).toBe(0)
})

test('row 32: a bomb where records are walked is refused', async () => {
  const body = gzipSync(Buffer.alloc(256 * 1024 * 1024))
  await refused(good({ attributes: 1, body }), ['INVALID_RECORD', 'MESSAGE_TOO_LARGE', 'CORRUPT_MESSAGE'], {
    'cleanup.policy': 'compact',
  })
})

test('row 33: records that do not parse are refused where they are walked', async () => {
  const compacted = { 'cleanup.policy': 'compact' }
  const codes: readonly ErrorCode[] = ['INVALID_RECORD', 'CORRUPT_MESSAGE']
  // header count of -1: the last byte of a record without headers is its count
  const body = good().subarray(61)
  body[body.length - 1] = 1
  await refused(good({ body }), codes, compacted)
  await refused(good({ body: Buffer.alloc(20, 0xff) }), codes, compacted)
  await refused(batch([{ key: null, value: 'v' }]), ['INVALID_RECORD'], compacted)
})

test('row 34: a batch above the limits', async () => {
  const large = batch([{ value: Buffer.alloc(2000) }])
  await refused(large, ['MESSAGE_TOO_LARGE'], { 'max.message.bytes': '1000' })
  await refused(batch([{ value: Buffer.alloc(1_500_000) }]), ['RECORD_LIST_TOO_LARGE'], {
    'max.message.bytes': '5000000',
    'segment.bytes': '1048576',
  })
})

test('row 35: timestamps outside the bounds', async () => {
  const day = 86_400_000
  const bounds = { 'message.timestamp.after.max.ms': '3600000', 'message.timestamp.before.max.ms': '3600000' }
  await refused(good({ baseTimestamp: Date.now() + day }), ['INVALID_TIMESTAMP'], bounds)
  await refused(good({ baseTimestamp: Date.now() - day }), ['INVALID_TIMESTAMP'], bounds)
})

const idempotent = (baseSequence: number, producerEpoch = 3): Buffer =>
  good({ producerId: 7001, producerEpoch, baseSequence })

test('row 36: an unknown producer is taken in; a gap is out of order; a repeat answers the first offset', async () => {
  const name = await topic()
  const sender = await peer()
  const outOfOrder = errorCode('OUT_OF_ORDER_SEQUENCE_NUMBER')
  expect(await send(sender, name, idempotent(0))).toMatchObject({ errorCode: 0, baseOffset: 0 })
  expect((await send(sender, name, idempotent(5))).errorCode).toBe(outOfOrder)
  for (let sequence = 1; sequence <= 6; sequence++) {
    expect(await send(sender, name, idempotent(sequence))).toMatchObject({ errorCode: 0, baseOffset: sequence })
  }
  // one of the last five, then one that is older
  expect(await send(sender, name, idempotent(2))).toMatchObject({ errorCode: 0, baseOffset: 2 })
  expect((await send(sender, name, idempotent(0))).errorCode).toBe(outOfOrder)
  expect(await logEnd(sender, name)).toBe(7)
})

test('row 37: an older epoch of a producer', async () => {
  const name = await topic()
  const sender = await peer()
  expect((await send(sender, name, idempotent(0, 3))).errorCode).toBe(0)
  expect((await send(sender, name, idempotent(1, 2))).errorCode).toBe(errorCode('INVALID_PRODUCER_EPOCH'))
})

test('row 37: a producer id without a sequence', () =>
  refused(good({ producerId: 7002, producerEpoch: 0 }), ['INVALID_RECORD']))

test('row 38: a transactional batch outside a transaction', async () => {
  const name = await topic()
  const sender = await peer()
  const records = good({ attributes: 0x10, producerId: 7003, producerEpoch: 0, baseSequence: 0 })
  const { errorCode: code } = await send(sender, name, records, { version: 12, transactionalId: 'nobody' })
  const codes: readonly ErrorCode[] = [
    'INVALID_TXN_STATE',
    'TRANSACTION_ABORTABLE',
    'INVALID_PRODUCER_ID_MAPPING',
    'INVALID_RECORD',
    // Kafka, while its transaction coordinator has not loaded
    ...(broker().target === 'kafka' ? (['NOT_LEADER_OR_FOLLOWER', 'NOT_ENOUGH_REPLICAS'] as const) : []),
  ]
  expect(codes.map(errorCode)).toContain(code)
  expect(await logEnd(sender, name)).toBe(0)
})

test('row 39: a transaction timeout above the limit; a transactional id before transactions exist', async () => {
  const { errorCode: code } = await (
    await peer()
  ).call(initProducerId, 4, {
    transactionalId: 'someone',
    transactionTimeoutMs: 0x7fffffff,
    producerId: -1,
    producerEpoch: -1,
  })
  const expected: ErrorCode = broker().target === 'kafka' ? 'INVALID_TRANSACTION_TIMEOUT' : 'INVALID_REQUEST'
  expect(code).toBe(errorCode(expected))
})

test('row 40: an API that is not advertised closes', async () => {
  if (broker().target === 'kafka') return
  const sender = await peer()
  sender.frame(Buffer.from([0, 26, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0, 0]))
  expect(await sender.outcome()).toEqual({ kind: 'closed' })
})
