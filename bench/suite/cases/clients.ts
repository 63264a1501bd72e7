// Rows 24 to 27: clients that are not ours, so that nobody has to believe the load generator.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cpus } from 'node:os'
import type { ClientKind } from '@millrace/test/harness/clients.js'
import { removeDirectory, temporaryDirectory } from '@millrace/test/harness/cleanup.js'
import { type Case, type Row, type Setting, serverOf, type Taken } from '../case.ts'
import {
  type Client,
  consumerPerformance,
  javascriptProducers,
  librdkafkaConsumer,
  librdkafkaProducer,
  producerPerformance,
  type Reading,
  type Told,
  type Writing,
} from '../clients.ts'
import { columns } from '../columns.ts'
import { fill, verify } from '../generator.ts'
import type { Server } from '../server.ts'
import { machineClock, processorSeconds, watchMemory } from '../system.ts'
import { withTopic } from '../topics.ts'
import { cpuPerGB, higher } from './measures.ts'
import { CLIENT_LIMIT, voidFor } from './produce.ts'

const { kafka, millrace, relaxed, tuned } = columns
const PARTITIONS = 6
const RECORD_BYTES = 1024
const LINES = 1000
const GB = 1e9

/** The same for every broker: lines of JSON that differ in a number. */
const payloadFile = (directory: string): string => {
  const path = join(directory, 'payloads')
  const line = (at: number): string =>
    `{"sequence":${String(at).padStart(6, '0')},"what":"`.padEnd(RECORD_BYTES - 2, 'x')
  writeFileSync(path, Array.from({ length: LINES }, (_, at) => `${line(at)}"}\n`).join(''))
  return path
}

/**
 * What a client told, beside what it cost. The generator knows its own processor time; of other clients it is what the machine spent beside
 * the broker, their start included.
 */
const taken = async (
  server: Server,
  work: () => Promise<Told>,
): Promise<{ readonly told: Told; readonly cost: Taken }> => {
  const before = { machine: machineClock(), broker: processorSeconds(server.pid()), at: performance.now() }
  const { value: told, memory } = await watchMemory(server.pid(), work)
  const machine = machineClock()
  const broker = processorSeconds(server.pid()) - before.broker
  const seconds = (performance.now() - before.at) / 1000
  const client = Math.max(machine.busy - before.machine.busy - broker, 0)
  const values = { records: told.recordsPerSecond, CPU: broker / ((told.acknowledged * RECORD_BYTES) / GB) }
  const steal = (machine.stolen - before.machine.stolen) / (seconds * cpus().length)
  const clientIsLimit = client / seconds > CLIENT_LIMIT
  return { told, cost: { values, memory, clientCpuSeconds: client, clientIsLimit, steal } }
}

const producing = async (setting: Setting, client: Client<Writing>): Promise<Taken> => {
  const server = await serverOf(setting)
  const directory = temporaryDirectory('payloads')
  try {
    return await withTopic(server, PARTITIONS, setting.column.topic, async (topic) => {
      const work = { ...topic, seconds: setting.seconds, payloads: payloadFile(directory) }
      const { told, cost } = await taken(server, () => client(work))
      if (setting.isWarmUp) return cost
      return {
        ...cost,
        ...voidFor({ errors: {}, acknowledged: told.acknowledged }, (await verify({ ...topic })).records),
      }
    })
  } finally {
    removeDirectory(directory)
  }
}

const BATCH = { records: 16, recordBytes: RECORD_BYTES }
/** Of one measured second. */
const REQUESTS_PER_SECOND = 16_384

const consuming = async (setting: Setting, client: Client<Reading>): Promise<Taken> => {
  const server = await serverOf(setting)
  return withTopic(server, PARTITIONS, setting.column.topic, async (topic) => {
    const requests = Math.ceil(setting.seconds * REQUESTS_PER_SECOND)
    const { acknowledged } = await fill({ ...BATCH, ...topic, requests })
    await setting.settle()
    const { told, cost } = await taken(server, () => client({ ...topic, records: acknowledged }))
    return { ...cost, ...voidFor({ errors: {}, acknowledged }, told.acknowledged) }
  })
}

const MEASURES = [higher('records', 'records/s'), cpuPerGB()]

const producer = (row: Row, kind: ClientKind, client: Client<Writing>, what: string): Case => ({
  rows: [row],
  clients: [kind],
  what: `${what} Records of 1 KiB out of a file, batches of 16 KiB, acks=1, 6 partitions; records by the client's own count.`,
  columns: [millrace, kafka, tuned, relaxed],
  load: 'batches',
  isShort: false,
  take: (setting) => producing(setting, client),
})

const consumer = (row: Row, kind: ClientKind, client: Client<Reading>, what: string): Case => ({
  rows: [row],
  clients: [kind],
  what: `${what} 256 MiB of records of 1 KiB for each measured second, just written, 6 partitions; records by the client's own count.`,
  columns: [millrace, kafka, tuned],
  load: 'fetch',
  isShort: false,
  take: (setting) => consuming(setting, client),
})

const rowOf = (row: number, id: string, title: string): Row => ({ row, id, title, measures: MEASURES })

const WORKERS = 'each in a worker of piscina, 5 sends of 96 records in flight each.'

export const clientCases: readonly Case[] = [
  producer(
    rowOf(24, 'tool-producer', "Kafka's ProducerPerformance"),
    'java',
    producerPerformance,
    "Apache Kafka's own tool, measured behind a quarter of its records.",
  ),
  consumer(
    rowOf(25, 'tool-consumer', "Kafka's ConsumerPerformance"),
    'java',
    consumerPerformance,
    "Apache Kafka's own tool.",
  ),
  producer(
    rowOf(26, 'librdkafka-producer', 'librdkafka, a producer'),
    'python',
    librdkafkaProducer,
    'confluent-kafka for Python.',
  ),
  consumer(
    rowOf(26, 'librdkafka-consumer', 'librdkafka, a consumer'),
    'python',
    librdkafkaConsumer,
    'confluent-kafka for Python.',
  ),
  producer(
    rowOf(27, 'javascript-kafkajs', 'kafkajs in workers'),
    'node',
    javascriptProducers('kafkajs'),
    `Two producers of kafkajs, ${WORKERS}`,
  ),
  producer(
    rowOf(27, 'javascript-platformatic', '@platformatic/kafka in workers'),
    'node',
    javascriptProducers('platformatic'),
    `Two producers of @platformatic/kafka, ${WORKERS}`,
  ),
]
