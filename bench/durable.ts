// What durable before ack costs: batches of one record, one in flight per producer, beside a topic that asks for no more than a write.
// `npx tsc -b bench && node bench/dist/durable.js [seconds]` prints one JSON line per number of producers and mode.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { produce } from 'millrace/messages/00-produce.js'
import { createTopics } from 'millrace/messages/19-create-topics.js'
import { writeRequest } from 'millrace/wire/codec.js'
import { writeRequestHeader } from 'millrace/wire/headers.js'
import type { AnyStruct, Api, Draft } from 'millrace/wire/schema.js'
import { Writer } from 'millrace/wire/writer.js'

const SECONDS = Number(process.argv[2] ?? 5)
const WARM_UP_MS = 1000
const PRODUCERS = [1, 16, 100]
const RECORD_BYTES = [100, 16_384]
const PARTITIONS = 6
const TOPIC = 'durable'
const MAIN = fileURLToPath(new URL('../../ts/broker/dist/main.js', import.meta.url))

const crc32c = (bytes: Buffer): number => {
  let crc = 0xffff_ffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f6_3b78 : 0)
  }
  return ~crc >>> 0
}

const varint = (value: number): readonly number[] => {
  const bytes: number[] = []
  let left = value * 2
  for (; left > 0x7f; left >>= 7) bytes.push((left & 0x7f) | 0x80)
  return [...bytes, left]
}

/** A batch of one record without a key: a header of 61 bytes, then the record. */
const batch = (recordBytes: number): Buffer => {
  const body = Buffer.concat([
    Buffer.from([0, 0, 0, 1, ...varint(recordBytes)]),
    Buffer.alloc(recordBytes, 'x'),
    Buffer.from([0]),
  ])
  const record = Buffer.concat([Buffer.from(varint(body.length)), body])
  const bytes = Buffer.concat([Buffer.alloc(61), record])
  bytes.writeInt32BE(bytes.length - 12, 8)
  bytes.writeInt32BE(-1, 12)
  bytes.writeInt8(2, 16)
  bytes.writeBigInt64BE(BigInt(Date.now()), 27)
  bytes.writeBigInt64BE(BigInt(Date.now()), 35)
  bytes.fill(0xff, 43, 57)
  bytes.writeInt32BE(1, 57)
  bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17)
  return bytes
}

const frame = <Q extends AnyStruct>(api: Api<Q>, version: number, request: Draft<Q>): Buffer => {
  const writer = new Writer()
  writeRequestHeader(writer, api, { apiVersion: version, correlationId: 1, clientId: 'bench' })
  const body = writeRequest(api, version, request, writer)
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length)
  return Buffer.concat([length, body])
}

const open = async (port: number): Promise<Socket> => {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  return socket
}

/** Sends a frame and resolves once its answer is whole; answers of these requests come in one piece. */
const call = async (socket: Socket, bytes: Buffer): Promise<void> => {
  const answered = once(socket, 'data')
  socket.write(bytes)
  await answered
}

interface Broker {
  readonly process: ChildProcess
  readonly port: number
  readonly directory: string
}

const startBroker = async (): Promise<Broker> => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-durable-'))
  const flags = ['listeners=PLAINTEXT://127.0.0.1:0', `log.dirs=${directory}`].flatMap((flag) => ['--override', flag])
  const broker = spawn(process.execPath, [MAIN, 'start', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] })
  for (const output of [broker.stdout, broker.stderr]) {
    for await (const line of createInterface(output)) {
      const port = /127\.0\.0\.1:(\d+)/.exec(line)?.[1]
      if (port !== undefined && line.includes('started')) return { process: broker, port: Number(port), directory }
    }
  }
  throw new Error('the broker did not start')
}

const stopBroker = async ({ process: broker }: Broker): Promise<void> => {
  const exited = once(broker, 'exit')
  broker.kill('SIGTERM')
  await exited
}

const percentile = (sorted: readonly number[], share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0

const measure = async (recordBytes: number, producers: number, flushMessages: string): Promise<void> => {
  const broker = await startBroker()
  const control = await open(broker.port)
  const configs = [{ name: 'flush.messages', value: flushMessages }]
  const topic = { name: TOPIC, numPartitions: PARTITIONS, replicationFactor: 1, assignments: [], configs }
  await call(control, frame(createTopics, 5, { topics: [topic], timeoutMs: 5000, validateOnly: false }))
  const sockets = await Promise.all(Array.from({ length: producers }, () => open(broker.port)))
  const latencies: number[] = []
  let records = 0
  const from = performance.now() + WARM_UP_MS
  const to = from + SECONDS * 1000
  const all = sockets.map(async (socket, at) => {
    const partitionData = [{ index: at % PARTITIONS, records: batch(recordBytes) }]
    const topicData = [{ name: TOPIC, partitionData }]
    const request = frame(produce, 9, { transactionalId: null, acks: 1, timeoutMs: 5000, topicData })
    for (;;) {
      const sent = performance.now()
      if (sent > to) return
      await call(socket, request)
      records += 1
      if (sent > from) latencies.push(performance.now() - sent)
    }
  })
  await Promise.all(all)
  for (const socket of [...sockets, control]) socket.destroy()
  await stopBroker(broker)
  // After a clean stop it has the number of the last group, and each group is one sync.
  const syncs = Number(readFileSync(join(broker.directory, 'millrace.wal-checkpoint'), 'utf8').split('\n')[1])
  rmSync(broker.directory, { recursive: true })
  const sorted = latencies.toSorted((a, b) => a - b)
  const seconds = SECONDS + WARM_UP_MS / 1000
  const result = {
    mode: flushMessages === '1' ? 'durable' : 'relaxed',
    recordBytes,
    producers,
    recordsPerSecond: Math.round(latencies.length / SECONDS),
    p50us: Math.round(percentile(sorted, 0.5) * 1000),
    p99us: Math.round(percentile(sorted, 0.99) * 1000),
    syncsPerSecond: Math.round(syncs / seconds),
    recordsPerSync: Number((syncs === 0 ? 0 : records / syncs).toFixed(1)),
  }
  process.stdout.write(`${JSON.stringify(result)}\n`)
}

for (const recordBytes of RECORD_BYTES) {
  for (const producers of PRODUCERS) {
    for (const mode of ['1', '9223372036854775807']) await measure(recordBytes, producers, mode)
  }
}
