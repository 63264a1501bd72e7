// How soon a broker serves again that was killed under load: from the start of its process to the first answered produce and fetch, beside a
// broker whose directory is empty. `npx tsc -b bench && node bench/dist/recovery.js [gigabytes] [results.json]`; one JSON line per case.
import { once } from 'node:events'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { produce } from 'millrace/messages/00-produce.js'
import { fetch } from 'millrace/messages/01-fetch.js'
import { createTopics } from 'millrace/messages/19-create-topics.js'
import { batch, call, frame, newDirectory, open, startBroker, type Broker } from './client.ts'

const GIGABYTES = Number(process.argv[2] ?? 1)
const RESULTS = process.argv[3]
const PARTITIONS = [1, 10, 1000]
const PRODUCERS = 16
const BATCH_BYTES = 64 * 1024
const TOPIC = 'recovery'
const RUNS = 3

const create = async (socket: Socket, partitions: number): Promise<void> => {
  const topic = { name: TOPIC, numPartitions: partitions, replicationFactor: 1, assignments: [], configs: [] }
  await call(socket, frame(createTopics, 5, { topics: [topic], timeoutMs: 30_000, validateOnly: false }))
}

const records = batch(BATCH_BYTES)

const produceFrame = (index: number): Buffer => {
  const topicData = [{ name: TOPIC, partitionData: [{ index, records }] }]
  return frame(produce, 9, { transactionalId: null, acks: -1, timeoutMs: 30_000, topicData })
}

const fetchFrame = (): Buffer => {
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1024 }]
  return frame(fetch, 11, {
    maxWaitMs: 500,
    minBytes: 1,
    topics: [{ topic: TOPIC, partitions }],
    forgottenTopicsData: [],
  })
}

/** Fills all partitions in turn and kills the broker in the middle of it. */
const fillAndKill = async (broker: Broker, partitions: number): Promise<number> => {
  const frames = Array.from({ length: partitions }, (_, index) => produceFrame(index))
  const sockets = await Promise.all(Array.from({ length: PRODUCERS }, () => open(broker.port)))
  const wanted = Math.ceil((GIGABYTES * 1e9) / BATCH_BYTES)
  let sent = 0
  let killed = false
  const exited = once(broker.process, 'exit')
  for (const socket of sockets) {
    socket.on('error', () => undefined)
    const send = async (): Promise<void> => {
      while (!killed) {
        await call(socket, frames[sent++ % partitions] ?? Buffer.alloc(0))
        if (sent < wanted) continue
        killed = true
        broker.process.kill('SIGKILL')
      }
    }
    // Those that wait for an answer when the process dies get none.
    void send()
  }
  await exited
  for (const socket of sockets) socket.destroy()
  return sent * BATCH_BYTES
}

interface Served {
  readonly startedMs: number
  readonly producedMs: number
  readonly fetchedMs: number
}

/** Starts a broker on what there is and kills it again; the topic is made where it is not there. */
const serve = async (directory: string, isEmpty: boolean): Promise<Served> => {
  const from = performance.now()
  const since = (): number => Math.round(performance.now() - from)
  const broker = await startBroker(directory)
  const startedMs = since()
  const socket = await open(broker.port)
  if (isEmpty) await create(socket, 1)
  await call(socket, produceFrame(0))
  const producedMs = since()
  await call(socket, fetchFrame())
  const fetchedMs = since()
  const exited = once(broker.process, 'exit')
  broker.process.kill('SIGKILL')
  await exited
  socket.destroy()
  return { startedMs, producedMs, fetchedMs }
}

/** Bytes of the write-ahead log's files: no more than these can wait for a checkpoint. */
const walBytes = (directory: string): number => {
  const files = readdirSync(directory).filter((name) => name.startsWith('millrace.wal.'))
  return files.reduce((sum, name) => sum + readFileSync(join(directory, name)).length, 0)
}

const results: object[] = []
const tell = (result: object): void => {
  results.push(result)
  process.stdout.write(`${JSON.stringify(result)}\n`)
}

for (let run = 0; run < RUNS; run += 1) {
  const directory = newDirectory()
  tell({ what: 'empty', ...(await serve(directory, true)) })
  rmSync(directory, { recursive: true })
}
for (const partitions of PARTITIONS) {
  const directory = newDirectory()
  const broker = await startBroker(directory)
  const control = await open(broker.port)
  control.on('error', () => undefined)
  await create(control, partitions)
  const from = performance.now()
  const bytes = await fillAndKill(broker, partitions)
  const megabytesPerSecond = Math.round(bytes / 1e3 / (performance.now() - from))
  control.destroy()
  const filled = { gigabytes: Number((bytes / 1e9).toFixed(1)), megabytesPerSecond, walMiB: walBytes(directory) >> 20 }
  tell({ what: 'killed', partitions, ...filled, ...(await serve(directory, false)) })
  tell({ what: 'killed again', partitions, ...(await serve(directory, false)) })
  rmSync(directory, { recursive: true })
}
if (RESULTS !== undefined) writeFileSync(RESULTS, `${JSON.stringify({ gigabytes: GIGABYTES, results }, null, 2)}\n`)
