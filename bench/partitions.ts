// What many partitions cost: making them, keeping them idle, starting with them, appending to all of them.
// `npx tsc -b bench && node --expose-gc bench/dist/partitions.js [seconds] [append]` prints one JSON line per
// measurement; with `append` only what appending costs.
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Socket } from 'node:net'
import { start } from 'millrace'
import { produce } from 'millrace/messages/00-produce.js'
import { metadata } from 'millrace/messages/03-metadata.js'
import { createTopics } from 'millrace/messages/19-create-topics.js'
import { batch, type Broker, call, frame, newDirectory, open, startBroker, stopBroker } from './client.ts'
import { median } from './suite/statistics.ts'

const SECONDS = Number(process.argv[2] ?? 5)
/** What one CreateTopics may make. */
const REQUEST_PARTITIONS_MAX = 10_000
const PRODUCERS = 16
/** Runs of each number of partitions, in turns: the machine is not equally fast all the time. */
const ROUNDS = 5

const tell = (figures: Record<string, string | number>): void =>
  void process.stdout.write(`${JSON.stringify(figures)}\n`)

const timed = async <Value>(act: () => Promise<Value>): Promise<readonly [Value, number]> => {
  const from = performance.now()
  const value = await act()
  return [value, Math.round(performance.now() - from)]
}

interface Shape {
  readonly topics: number
  readonly each: number
}

const topicName = (at: number): string => `many-${at}`

/** Makes topics, as many in each request as it takes. */
const create = async (socket: Socket, { topics, each }: Shape): Promise<void> => {
  const inRequest = Math.floor(REQUEST_PARTITIONS_MAX / each)
  for (let from = 0; from < topics; from += inRequest) {
    const names = Array.from({ length: Math.min(inRequest, topics - from) }, (_, at) => topicName(from + at))
    const wanted = names.map((name) => ({
      name,
      numPartitions: each,
      replicationFactor: 1,
      assignments: [],
      configs: [],
    }))
    await call(socket, frame(createTopics, 5, { topics: wanted, timeoutMs: 60_000, validateOnly: false }))
  }
}

const askMetadata = (socket: Socket): Promise<Buffer> =>
  call(socket, frame(metadata, 9, { topics: null, allowAutoTopicCreation: false }))

const produceTo = (socket: Socket, name: string, index: number, records: Buffer): Promise<Buffer> => {
  const topicData = [{ name, partitionData: [{ index, records }] }]
  return call(socket, frame(produce, 9, { transactionalId: null, acks: 1, timeoutMs: 60_000, topicData }))
}

const residentMiB = (broker: Broker): number => {
  const status = readFileSync(`/proc/${broker.process.pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024)
}

const openFiles = (broker: Broker): number => readdirSync(`/proc/${broker.process.pid}/fd`).length

/** From nothing to partitions that are served, then from a clean stop to the first answers. */
const lifeOf = async (shape: Shape): Promise<void> => {
  const partitions = shape.topics * shape.each
  const directory = newDirectory()
  let broker = await startBroker(directory)
  const emptyMiB = residentMiB(broker)
  let socket = await open(broker.port)
  const [, createMs] = await timed(() => create(socket, shape))
  const createdMiB = residentMiB(broker)
  const [answer, metadataMs] = await timed(() => askMetadata(socket))
  const [, stopMs] = await timed(() => stopBroker(broker))
  const restart = async (): Promise<readonly [number, number]> => {
    const from = performance.now()
    broker = await startBroker(directory)
    const startedMs = Math.round(performance.now() - from)
    socket = await open(broker.port)
    await askMetadata(socket)
    await produceTo(socket, topicName(shape.topics - 1), shape.each - 1, batch(100))
    return [startedMs, Math.round(performance.now() - from)]
  }
  const [startedMs, servedMs] = await restart()
  const restartedMiB = residentMiB(broker)
  const [, secondStopMs] = await timed(() => stopBroker(broker))
  rmSync(directory, { recursive: true })
  tell({
    what: 'life',
    partitions,
    topics: shape.topics,
    createMs,
    metadataMs,
    metadataBytes: answer.length,
    emptyMiB,
    createdMiB,
    stopMs,
    startedMs,
    servedMs,
    restartedMiB,
    secondStopMs,
  })
}

/** Bytes that an idle partition keeps, in this process, so that both halves can be told apart. */
const memoryOf = async (shape: Shape): Promise<void> => {
  const directory = newDirectory()
  const broker = await start({ properties: { listeners: 'PLAINTEXT://127.0.0.1:0', 'log.dirs': directory } })
  const socket = await open(broker.listeners[0]?.port ?? 0)
  const settled = (): NodeJS.MemoryUsage => {
    for (let round = 0; round < 3; round += 1) globalThis.gc?.()
    return process.memoryUsage()
  }
  const before = settled()
  await create(socket, shape)
  const after = settled()
  socket.destroy()
  await broker.stop()
  rmSync(directory, { recursive: true })
  const partitions = shape.topics * shape.each
  const each = (bytes: number): number => Math.round(bytes / partitions)
  const image = after.heapUsed + after.external - before.heapUsed - before.external
  const heap = after.heapTotal + after.external - before.heapTotal - before.external
  tell({
    what: 'memory',
    partitions,
    topics: shape.topics,
    imageBytesEach: each(image),
    engineBytesEach: each(after.rss - before.rss - heap),
  })
}

/** Milliseconds of processor that the broker took so far. */
const processorMs = (broker: Broker): number => {
  const fields = readFileSync(`/proc/${broker.process.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

interface Appending {
  readonly partitions: number
  readonly broker: Broker
  /** Appends until it is told to stop; answers how many it were. */
  readonly append: (until: () => boolean) => Promise<number>
  readonly rates: number[]
  /** Broker's processor time an append, in microseconds. */
  readonly costs: number[]
}

/** A broker with partitions each of which was appended to once: that makes their files, and is told by itself. */
const touched = async (partitions: number): Promise<Appending> => {
  const broker = await startBroker(newDirectory())
  const control = await open(broker.port)
  await create(control, { topics: 1, each: partitions })
  control.destroy()
  const sockets = await Promise.all(Array.from({ length: PRODUCERS }, () => open(broker.port)))
  const records = batch(100)
  let next = 0
  const append = async (until: () => boolean): Promise<number> => {
    let sent = 0
    const each = sockets.map(async (socket) => {
      while (!until()) {
        await produceTo(socket, topicName(0), next++ % partitions, records)
        sent += 1
      }
    })
    await Promise.all(each)
    return sent
  }
  const [emptyMiB, before] = [residentMiB(broker), processorMs(broker)]
  const [, ackedMs] = await timed(() => append(() => next >= partitions))
  const directoryOf = (index: number): string => `${broker.directory}/${topicName(0)}-${index}`
  const isWritten = (index: number): boolean => {
    const bytes = statSync(`${directoryOf(index)}/${'0'.repeat(20)}.log`, { throwIfNoEntry: false })?.size ?? 0
    return bytes > 0
  }
  const [, writtenMs] = await timed(async () => {
    for (let index = 0; index < partitions; index += 1) while (!isWritten(index)) await delay(10)
  })
  const microsEach = Math.round(((processorMs(broker) - before) * 1000) / partitions)
  const files = readdirSync(directoryOf(0)).length
  tell({
    what: 'first append',
    partitions,
    ackedMs,
    writtenMs,
    microsEach,
    files,
    openFiles: openFiles(broker),
    emptyMiB,
  })
  return { partitions, broker, append, rates: [], costs: [] }
}

/** Batches of one record, each producer with one in flight, over all partitions in turn; few and many alternate. */
const appendRates = async (): Promise<void> => {
  const all = [await touched(100), await touched(10_000)]
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { broker, append, rates, costs } of round % 2 === 0 ? all : all.toReversed()) {
      const [from, before] = [performance.now(), processorMs(broker)]
      const end = from + SECONDS * 1000
      const sent = await append(() => performance.now() >= end)
      rates.push(Math.round((sent / (performance.now() - from)) * 1000))
      costs.push(Math.round(((processorMs(broker) - before) * 1000) / sent))
    }
  }
  for (const { partitions, broker, rates, costs } of all) {
    const figures = { openFiles: openFiles(broker), residentMiB: residentMiB(broker) }
    const [, stopMs] = await timed(() => stopBroker(broker))
    rmSync(broker.directory, { recursive: true })
    const [recordsPerSecond, microsEach] = [median(rates), median(costs)]
    tell({ what: 'append', partitions, producers: PRODUCERS, recordsPerSecond, microsEach, ...figures, stopMs })
  }
}

if (process.argv[3] !== 'append') {
  for (const shape of [
    { topics: 1, each: 10_000 },
    { topics: 1000, each: 10 },
    { topics: 10, each: 10_000 },
    { topics: 10_000, each: 10 },
  ]) {
    await lifeOf(shape)
    await memoryOf(shape)
  }
}
await appendRates()
