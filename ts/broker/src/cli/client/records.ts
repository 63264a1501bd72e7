// The door to the library that produces and consumes: its clients with our settings, its failures as ours.
import { setTimeout as pause } from 'node:timers/promises'
import { Consumer, type Message, Producer, type RecordsBatch } from '@platformatic/kafka'
import { type ErrorCode, errors } from '../../base/error-codes.ts'
import { messageOf } from '../../base/errors.ts'
import { COMMAND_LINE } from '../../client/command-line.ts'
import { Failure, FIND_BROKER, refused } from '../failure.ts'
import type { Settings } from '../settings.ts'
import type { Client } from './client.ts'
import type { Place } from './offsets.ts'
import { describeTopics } from './topics.ts'

export type BytesProducer = Producer
export type GroupConsumer = Consumer<Buffer | null, SizedValue, Buffer, Buffer | null>
type FetchResponse = Awaited<ReturnType<GroupConsumer['fetch']>>

const RETRIES_MAX = 3
const RETRY_PAUSE_MS = 200

const baseOptions = ({ bootstrap, timeoutMs }: Settings) => ({
  clientId: COMMAND_LINE,
  bootstrapBrokers: bootstrap.map(({ host, port }) => ({ host, port })),
  connectTimeout: timeoutMs,
  requestTimeout: Math.max(timeoutMs, WAIT_MS * 4),
  retries: RETRIES_MAX,
  retryDelay: RETRY_PAUSE_MS,
})

export const openProducer = (settings: Settings): BytesProducer => new Producer(baseOptions(settings))

/** One that never sends a record again of its own accord, which might write it twice. */
export const openProducerWithoutRetries = (settings: Settings): BytesProducer =>
  new Producer({ ...baseOptions(settings), retries: 0 })

/** Without a group it fetches alone, under a name that is never joined. */
export const openConsumer = (settings: Settings, groupId = COMMAND_LINE): GroupConsumer =>
  new Consumer({
    ...baseOptions(settings),
    groupId,
    autocommit: false,
    // A member of a group is shown the size of a record here alone, and nulls as undefined.
    deserializers: {
      key: orNull,
      value: (value, _, record) => ({ value: orNull(value), bytes: recordBytes(record?.length ?? 0) }),
      headerValue: orNull,
    },
  })

interface SizedValue {
  readonly value: Buffer | null
  /** Of the whole record. */
  readonly bytes: number
}

const orNull = (bytes: Buffer | undefined): Buffer | null => bytes ?? null

/** Leaves the group, if it is in one. The types of the library say too little: it answers a promise. */
export const closeConsumer = async (consumer: GroupConsumer): Promise<void> => {
  await (consumer.close(true) as unknown as Promise<void>)
}

/** What went wrong in the library, in our words. */
export const fromLibrary = (subject: string, error: unknown): Failure => {
  if (error instanceof Failure) return error
  const code = protocolCode(error)
  if (code !== null) return refused(subject, code)
  const message = `${subject}: ${rootMessage(error)}`
  return isNetwork(error)
    ? new Failure('unreachable', message, { next: FIND_BROKER, cause: error })
    : new Failure('failure', message, { cause: error })
}

/** The first error of the protocol among an error and all those inside it. */
const protocolCode = (error: unknown): ErrorCode | null => {
  if (!(error instanceof Error)) return null
  const { apiId } = error as { apiId?: unknown }
  if (typeof apiId === 'string' && Object.hasOwn(errors, apiId)) return apiId as ErrorCode
  for (const inner of innerErrors(error)) {
    const found = protocolCode(inner)
    if (found !== null) return found
  }
  return null
}

const innerErrors = (error: Error): readonly unknown[] => [
  ...(error instanceof AggregateError ? (error.errors as unknown[]) : []),
  ...(error.cause === undefined ? [] : [error.cause]),
]

const isNetwork = (error: unknown): boolean =>
  error instanceof Error &&
  (/PLT_KFK_(NETWORK|TIMEOUT)/.test((error as { code?: string }).code ?? '') || innerErrors(error).some(isNetwork))

const rootMessage = (error: unknown): string => {
  const [inner] = error instanceof Error ? innerErrors(error) : []
  return inner === undefined ? messageOf(error) : rootMessage(inner)
}

/** A record as it lies in the log, with its place. */
export interface FetchedRecord extends Place {
  readonly offset: bigint
  readonly leaderEpoch: number
  /** Milliseconds since 1970. */
  readonly timestamp: bigint
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly (readonly [Buffer, Buffer | null])[]
  readonly compression: string
  /** Of the record as it lies in its batch. */
  readonly bytes: number
}

/** One that came to a member of a group, which is told less of it. */
export const recordOf = (message: Message<Buffer | null, SizedValue, Buffer, Buffer | null>): FetchedRecord => ({
  topic: message.topic,
  partition: message.partition,
  offset: message.offset,
  leaderEpoch: -1,
  timestamp: message.timestamp,
  key: message.key,
  value: message.value.value,
  headers: [...message.headers],
  compression: 'unknown',
  bytes: message.value.bytes,
})

/** With the number in front that says how long the rest is: seven bits a byte, of twice as much. */
const recordBytes = (length: number): number => length + Math.max(1, Math.ceil((32 - Math.clz32(length * 2)) / 7))

/** What is left to read of a partition. */
export interface Reading extends Place {
  next: bigint
  /** Exclusive; null to follow. */
  stop: bigint | null
}

/** Answers whether more is wanted. */
export type Take = (record: FetchedRecord) => Promise<boolean>

const WAIT_MS = 500
const FETCH_BYTES_MAX = 8 << 20
const PARTITION_BYTES_MAX = 1 << 20
const CONTROL_BATCH = 0x20
const APPEND_TIME = 0x08
const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

/**
 * Records of these partitions without a group, leader by leader, until every one has reached its stop, `signal` aborts or
 * `take` answers false. Within a partition they come in order. Throws a Failure.
 */
export const readPartitions = async (
  client: Client,
  consumer: GroupConsumer,
  readings: readonly Reading[],
  signal: AbortSignal,
  take: Take,
): Promise<void> => {
  const isDone = ({ next, stop }: Reading): boolean => stop !== null && next >= stop
  const topics = [...new Set(readings.map(({ topic }) => topic))]
  for (let attempt = 0; ; attempt += 1) {
    const described = await client.retrying(() => describeTopics(client, topics))
    const ids = new Map(described.map(({ id, name }) => [asUuid(id), name]))
    const leaders = new Map<number, Reading[]>()
    for (const reading of readings) {
      const state = described
        .find(({ name }) => name === reading.topic)
        ?.partitions.find(({ partition }) => partition === reading.partition)
      if (state?.leader === undefined || state.leader === null)
        throw refused(`partition ${reading.partition} of topic ${reading.topic}`, 'LEADER_NOT_AVAILABLE')
      leaders.set(state.leader, [...(leaders.get(state.leader) ?? []), reading])
    }
    let isEnough = false
    const ended = new AbortController()
    const either = AbortSignal.any([signal, ended.signal])
    const follow = async ([node, led]: readonly [number, readonly Reading[]]): Promise<void> => {
      while (!either.aborted) {
        const open = led.filter((reading) => !isDone(reading))
        if (open.length === 0) return
        const answer = await consumer.fetch({
          node,
          maxWaitTime: WAIT_MS,
          minBytes: 1,
          maxBytes: FETCH_BYTES_MAX,
          topics: asked(open, ids),
        })
        attempt = 0
        for (const found of recordsOf(answer, ids, open)) {
          if (either.aborted) return
          if (!(await take(found))) {
            isEnough = true
            ended.abort()
            return
          }
        }
      }
    }
    const failures: Failure[] = []
    const follows = [...leaders].map((leader) =>
      follow(leader).catch((error: unknown) => {
        failures.push(fromLibrary(`reading ${topics.join(', ')}`, error))
        ended.abort()
      }),
    )
    // All of them: what one still reads the next attempt would read a second time.
    await Promise.all(follows)
    if (isEnough || failures.length === 0) return
    const last = failures.find(({ code }) => code === null || !errors[code].retriable)
    if (last !== undefined || attempt >= RETRIES_MAX) throw last ?? failures[0]
    await pause(RETRY_PAUSE_MS)
  }
}

const asked = (readings: readonly Reading[], ids: ReadonlyMap<string, string>) =>
  [...ids].flatMap(([topicId, topic]) => {
    const partitions = readings
      .filter((reading) => reading.topic === topic)
      .map(({ partition, next }) => ({
        partition,
        currentLeaderEpoch: -1,
        fetchOffset: next,
        lastFetchedEpoch: -1,
        partitionMaxBytes: PARTITION_BYTES_MAX,
      }))
    return partitions.length === 0 ? [] : [{ topicId, partitions }]
  })

function* recordsOf(
  { responses }: FetchResponse,
  ids: ReadonlyMap<string, string>,
  readings: readonly Reading[],
): Generator<FetchedRecord> {
  for (const { topicId, partitions } of responses) {
    const topic = ids.get(topicId)
    for (const { partitionIndex, records: batches } of partitions) {
      const reading = readings.find((one) => one.topic === topic && one.partition === partitionIndex)
      if (reading === undefined) continue
      for (const batch of batches ?? []) yield* recordsIn(batch, reading)
    }
  }
}

function* recordsIn(batch: RecordsBatch, reading: Reading): Generator<FetchedRecord> {
  const { firstOffset, lastOffsetDelta, attributes, firstTimestamp, maxTimestamp, partitionLeaderEpoch } = batch
  const { topic, partition } = reading
  for (const { offsetDelta, timestampDelta, key, value, headers, length } of (attributes & CONTROL_BATCH) === 0
    ? batch.records
    : []) {
    const offset = firstOffset + BigInt(offsetDelta)
    if (offset < reading.next || (reading.stop !== null && offset >= reading.stop)) continue
    yield {
      topic,
      partition,
      offset,
      leaderEpoch: partitionLeaderEpoch,
      timestamp: (attributes & APPEND_TIME) === 0 ? firstTimestamp + timestampDelta : maxTimestamp,
      key,
      value,
      headers: headers.map(([name, content]) => [name ?? Buffer.alloc(0), content] as const),
      compression: codecs[attributes & 7] ?? 'unknown',
      bytes: recordBytes(length),
    }
    // Whoever goes on has taken it.
    reading.next = offset + 1n
  }
  const end = firstOffset + BigInt(lastOffsetDelta) + 1n
  if (reading.next < end) reading.next = end
}

/** The library writes ids as RFC 4122 does, we as Kafka does. */
const asUuid = (id: string): string => {
  const hex = Buffer.from(id, 'base64url').toString('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
