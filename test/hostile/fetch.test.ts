// Rows 41-46 of the bad inputs: fetches.
import { produce } from 'millrace/messages/00-produce.js'
import { fetch } from 'millrace/messages/01-fetch.js'
import { errorCode } from 'millrace/wire/errors.js'
import { expect, test } from 'vitest'
import { batch } from '../harness/batch.ts'
import { headed, type Peer } from '../harness/peer.ts'
import { residentBytes } from '../harness/proc.ts'
import { subject } from './subject.ts'

const { broker, peer, topic } = subject()

interface Asked {
  readonly fetchOffset?: number
  readonly currentLeaderEpoch?: number
  readonly partitionMaxBytes?: number
  readonly maxBytes?: number
  readonly minBytes?: number
  readonly maxWaitMs?: number
  readonly sessionId?: number
  readonly sessionEpoch?: number
  readonly replicaId?: number
}

const ask = (on: Peer, name: string, asked: Asked) =>
  on.call(fetch, 11, {
    replicaId: asked.replicaId ?? -1,
    maxWaitMs: asked.maxWaitMs ?? 0,
    minBytes: asked.minBytes ?? 1,
    maxBytes: asked.maxBytes ?? 1_000_000,
    isolationLevel: 0,
    sessionId: asked.sessionId ?? 0,
    sessionEpoch: asked.sessionEpoch ?? -1,
    topics: [
      {
        topic: name,
        partitions: [
          {
            partition: 0,
            currentLeaderEpoch: asked.currentLeaderEpoch ?? -1,
            fetchOffset: asked.fetchOffset ?? 0,
            logStartOffset: -1,
            partitionMaxBytes: asked.partitionMaxBytes ?? 1_000_000,
          },
        ],
      },
    ],
    forgottenTopicsData: [],
    rackId: '',
  })

const partitionError = async (on: Peer, name: string, asked: Asked): Promise<number | undefined> =>
  (await ask(on, name, asked)).responses[0]?.partitions[0]?.errorCode

const fill = async (on: Peer, name: string): Promise<void> => {
  const records = batch([{ value: 'one' }, { value: 'two' }])
  const topicData = [{ name, partitionData: [{ index: 0, records }] }]
  const { responses } = await on.call(produce, 9, { transactionalId: null, acks: -1, timeoutMs: 5000, topicData })
  expect(responses[0]?.partitionResponses[0]?.errorCode).toBe(0)
}

test('row 41: offsets before the start and after the end', async () => {
  const name = await topic()
  const reader = await peer()
  await fill(reader, name)
  expect(await partitionError(reader, name, { fetchOffset: -5 })).toBe(errorCode('OFFSET_OUT_OF_RANGE'))
  expect(await partitionError(reader, name, { fetchOffset: 3 })).toBe(errorCode('OFFSET_OUT_OF_RANGE'))
  expect(await partitionError(reader, name, { fetchOffset: 2 })).toBe(0)
})

test('row 41: sizes of -1 and an endless wait are answered at once when there is an error or data', async () => {
  const name = await topic()
  const reader = await peer()
  await fill(reader, name)
  const wild = { minBytes: -1, maxBytes: -1, partitionMaxBytes: -1, maxWaitMs: 0x7fffffff }
  // Kafka at times fails on a negative size.
  const allowed = broker().target === 'kafka' ? [0, -1] : [0]
  expect(allowed).toContain(await partitionError(reader, name, wild))
  expect(await partitionError(reader, name, { ...wild, fetchOffset: 99 })).toBe(errorCode('OFFSET_OUT_OF_RANGE'))
})

test('row 42: a hundred thousand partitions of a megabyte are answered within the limits', async () => {
  const before = residentBytes(broker().pid())
  const name = await topic()
  const reader = await peer()
  await fill(reader, name)
  const partitions = Array.from({ length: 100_000 }, (_, partition) => ({
    partition,
    currentLeaderEpoch: -1,
    fetchOffset: 0,
    logStartOffset: -1,
    partitionMaxBytes: 1 << 20,
  }))
  const { responses } = await reader.call(fetch, 11, {
    replicaId: -1,
    maxWaitMs: 0,
    minBytes: 1,
    isolationLevel: 0,
    sessionId: 0,
    sessionEpoch: -1,
    topics: [{ topic: name, partitions }],
    forgottenTopicsData: [],
    rackId: '',
  })
  const answered = responses.flatMap((one) => one.partitions)
  expect(answered).toHaveLength(100_000)
  expect(answered[0]?.errorCode).toBe(0)
  expect(answered[1]?.errorCode).toBe(errorCode('UNKNOWN_TOPIC_OR_PARTITION'))
  if (broker().target === 'millrace') expect(residentBytes(broker().pid()) - before).toBeLessThan(128 * 1024 * 1024)
})

test('row 43: an unknown session, and an epoch used twice', async () => {
  const name = await topic()
  const reader = await peer()
  await fill(reader, name)
  const unknown = await ask(reader, name, { sessionId: 123_456, sessionEpoch: 5 })
  expect(unknown.errorCode).toBe(errorCode('FETCH_SESSION_ID_NOT_FOUND'))
  const { sessionId } = await ask(reader, name, { sessionId: 0, sessionEpoch: 0 })
  expect(sessionId).not.toBe(0)
  expect((await ask(reader, name, { sessionId, sessionEpoch: 1 })).errorCode).toBe(0)
  const again = await ask(reader, name, { sessionId, sessionEpoch: 1 })
  expect(again.errorCode).toBe(errorCode('INVALID_FETCH_SESSION_EPOCH'))
})

test('row 43: five thousand sessions are opened and the memory stays', async () => {
  const before = residentBytes(broker().pid())
  const name = await topic()
  const reader = await peer()
  for (let count = 0; count < 5000; count++) await ask(reader, name, { sessionId: 0, sessionEpoch: 0 })
  if (broker().target === 'millrace') expect(residentBytes(broker().pid()) - before).toBeLessThan(64 * 1024 * 1024)
})

test('row 44: a client that says it is a replica', async () => {
  const name = await topic()
  const reader = await peer()
  await fill(reader, name)
  if (broker().target === 'kafka') return
  expect(await partitionError(reader, name, { replicaId: 5 })).toBe(errorCode('CLUSTER_AUTHORIZATION_FAILED'))
})

test('row 45: leader epochs that are newer', async () => {
  const name = await topic()
  const reader = await peer()
  await fill(reader, name)
  expect(await partitionError(reader, name, { currentLeaderEpoch: 99 })).toBe(errorCode('UNKNOWN_LEADER_EPOCH'))
})

test.each([52, 56, 62, 4])('row 46: key %i, which brokers speak among themselves, closes', async (key) => {
  const sender = await peer()
  sender.frame(headed(key, 0, Buffer.alloc(16)))
  expect(await sender.outcome()).toEqual({ kind: 'closed' })
})
