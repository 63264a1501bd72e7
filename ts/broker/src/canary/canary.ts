/**
 * A client of this broker inside of it: one record a second goes through an internal topic and back, over a listener that
 * clients use, so that what it finds is what they would. Nothing that goes wrong here is a reason for the broker to fail.
 */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { BrokerError, messageOf } from '../base/errors.ts'
import type { TopicId } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import { type Address, showAddress } from '../client/address.ts'
import { Connection } from '../client/connection.ts'
import { CANARY_TOPIC } from '../cluster/topic-names.ts'
import { readBatches } from '../coordinator/record-batch.ts'
import { type ApiLatency, createLatencies } from '../dispatch/latency.ts'
import { produce } from '../messages/00-produce.ts'
import { fetch } from '../messages/01-fetch.ts'
import { errorName } from '../wire/errors.ts'
import { canaryBatch, numberIn } from './record.ts'
import { type CanaryFigures, DEADLINE_MS, INTERVAL_MS, Rounds } from './rounds.ts'

/** The name under which Kafka's own tools may write to internal topics, and so may we. */
const CLIENT_ID = '__admin_client'
const PARTITION = 0
const ALL_REPLICAS = -1
/** The reader waits in the broker, as consumers do; longer than a record takes to come. */
const WAIT_MS = 5000
const FETCH_BYTES_MAX = 64 * 1024

export interface CanaryOptions {
  /** A listener of this broker, as reached from here. */
  readonly address: Address
  /** The topic, made where there is none. */
  readonly topic: () => Promise<TopicId>
  readonly clock: Clock
  readonly logger: Logger
}

export interface Canary {
  figures(): CanaryFigures
  /** Since the start: `produce` to the acknowledgement, `endToEnd` to the reader. */
  latencies(): ReadonlyMap<string, ApiLatency>
  stop(): void
}

/** Sends its first record a second from now. */
export const startCanary = ({ address, topic, clock, logger }: CanaryOptions): Canary => {
  const run = randomUUID()
  const latencies = createLatencies()
  const rounds = new Rounds((of, elapsedMs) => latencies.note(of, elapsedMs, false))
  let isStopped = false
  let isReading = false
  /** Where the reader goes on; null where the next acknowledgement says it. */
  let position: number | null = null
  let producer: Promise<Connection> | null = null
  const connections = new Set<Connection>()

  const connect = async (): Promise<Connection> => {
    const connection = await Connection.open(address, {
      clientId: CLIENT_ID,
      timeoutMs: DEADLINE_MS,
      failure: (of, { why }) => new BrokerError('NETWORK_EXCEPTION', `${showAddress(of)}: ${why}`),
    })
    connections.add(connection)
    if (isStopped) connection.close()
    return connection
  }
  const leave = (connection: Connection): void => {
    connections.delete(connection)
    connection.close()
  }

  const send = async (number: number): Promise<void> => {
    let using: Promise<Connection> | null = null
    try {
      const topicId = await topic()
      using = producer ??= connect()
      const records = canaryBatch(run, number, clock.now())
      const { responses } = await (
        await using
      ).ask(produce, {
        acks: ALL_REPLICAS,
        timeoutMs: DEADLINE_MS,
        topicData: [{ name: CANARY_TOPIC, topicId, partitionData: [{ index: PARTITION, records }] }],
      })
      const [answer] = responses[0]?.partitionResponses ?? []
      check(answer?.errorCode)
      const offset = answer?.baseOffset ?? 0
      rounds.acknowledged(number, { partition: PARTITION, offset }, clock.monotonic())
      void read(topicId, position ?? offset)
    } catch (thrown) {
      rounds.failed(number, messageOf(thrown))
      // The next one begins with a connection of its own.
      if (producer === using) producer = null
      using?.then(leave).catch(() => undefined)
    }
  }

  const read = async (topicId: TopicId, from: number): Promise<void> => {
    if (isReading || isStopped) return
    isReading = true
    position = from
    let connection: Connection | undefined
    try {
      connection = await connect()
      // A stop closes the connection, and so ends the wait for its answer.
      for (;;) position = await readFrom(connection, topicId, position)
    } catch (thrown) {
      if (thrown instanceof BrokerError && thrown.code !== 'NETWORK_EXCEPTION') {
        position = null
        if (thrown.code !== 'OFFSET_OUT_OF_RANGE') rounds.forget(messageOf(thrown))
      }
    } finally {
      isReading = false
      if (connection !== undefined) leave(connection)
    }
  }

  const readFrom = async (connection: Connection, topicId: TopicId, from: number): Promise<number> => {
    const partition = { partition: PARTITION, fetchOffset: from, partitionMaxBytes: FETCH_BYTES_MAX }
    const { errorCode, responses } = await connection.ask(fetch, {
      maxWaitMs: WAIT_MS,
      minBytes: 1,
      topics: [{ topic: CANARY_TOPIC, topicId, partitions: [partition] }],
    })
    check(errorCode)
    const [answer] = responses[0]?.partitions ?? []
    // Nothing came within the wait.
    if (answer === undefined) return from
    check(answer.errorCode)
    const now = clock.monotonic()
    let next = from
    for (const batch of readBatches(answer.records ?? Buffer.alloc(0))) {
      if (batch.nextOffset <= next) continue
      next = batch.nextOffset
      for (const record of batch.records) {
        const number = numberIn(record, run)
        if (number !== null) rounds.back(number, now)
      }
    }
    const missed = rounds.passed({ partition: PARTITION, offset: next })
    if (missed > 0) logger.error({ missed, before: next }, 'acknowledged records of the canary are not in the log')
    return next
  }

  let wasFailing = false
  const tell = (): void => {
    const { failure } = rounds
    if ((failure !== null) === wasFailing) return
    wasFailing = failure !== null
    if (failure === null) logger.info({}, 'records of the canary come back again')
    else logger.warn({ why: failure }, 'records of the canary do not come back')
  }

  const turn = (): void => {
    timer = clock.after(INTERVAL_MS, turn)
    rounds.settle(clock.monotonic())
    tell()
    void send(rounds.begin(clock.monotonic()))
  }
  let timer = clock.after(INTERVAL_MS, turn)

  return {
    figures: () => rounds.figures(),
    latencies: () => latencies.snapshot(),
    stop() {
      isStopped = true
      timer.cancel()
      for (const connection of connections) connection.close()
    },
  }
}

const check = (code = 0): void => {
  if (code !== 0) throw new BrokerError(errorName(code))
}
