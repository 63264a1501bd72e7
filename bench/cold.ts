// What a consumer of old data costs those of new data: one producer and one consumer at the end of a topic, alone, beside a reader of a
// gibibyte that lies in memory, and beside one of a gibibyte that was evicted.
// They take turns, so that what else the machine does meets all of them; medians are what is printed.
// `npx tsc -b bench && node bench/dist/cold.js [rounds] [seconds]` prints one JSON line for each.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { produce } from 'millrace/messages/00-produce.js'
import { fetch } from 'millrace/messages/01-fetch.js'
import { createTopics } from 'millrace/messages/19-create-topics.js'
import { batch, call, frame, newDirectory, open, percentile, startBroker, stopBroker } from './client.ts'
import { median } from './suite/statistics.ts'
import { evict } from './suite/system.ts'

const BATCH_BYTES = 1_000_000
const BATCHES = 1024
/** Where an answer says how far the high watermark is: behind sizes, ids, one topic's name of three letters, and an error code. */
const HIGH_WATERMARK_AT = 4 + 4 + 4 + 2 + 4 + 4 + (2 + 3) + 4 + 4 + 2

const append = (topic: string, bytes: number): Buffer => {
  const partitionData = [{ index: 0, records: batch(bytes) }]
  return frame(produce, 8, {
    transactionalId: null,
    acks: 1,
    timeoutMs: 30_000,
    topicData: [{ name: topic, partitionData }],
  })
}

const read = (topic: string, fetchOffset: number, minBytes: number): Buffer => {
  const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 8 << 20 }]
  return frame(fetch, 11, { maxWaitMs: 500, minBytes, maxBytes: 8 << 20, topics: [{ topic, partitions }] })
}

/** Reads the old topic once, in a process of its own; answers how long that took. */
const readOld = async (port: number): Promise<void> => {
  const socket = await open(port)
  const from = performance.now()
  for (let offset = 0; offset < BATCHES;) {
    const answer = await call(socket, read('old', offset, 1))
    offset += Math.floor(answer.length / BATCH_BYTES)
  }
  process.send?.(performance.now() - from)
  socket.destroy()
}

type Beside = 'nobody' | 'a reader of memory' | 'a reader of the disk'

interface Figures {
  readonly acknowledgedUs: readonly number[]
  readonly seenUs: readonly number[]
  readonly records: number
  readonly readMBs: number
}

const SHARES = [0.5, 0.99, 0.999]

const shares = (latencies: readonly number[]): readonly number[] => {
  const sorted = latencies.toSorted((a, b) => a - b)
  return SHARES.map((share) => Math.round(percentile(sorted, share) * 1000))
}

/** One line: medians of the rounds, and how the 99th percentile compares with that of the same round beside nobody. */
const report = (beside: Beside, rounds: readonly Figures[], quiet: readonly Figures[]): void => {
  const of = (latencies: (figures: Figures) => readonly number[]) => {
    const [p50, p99, p999] = SHARES.map((_, share) => median(rounds.map((round) => latencies(round)[share] ?? 0)))
    return { p50, p99, p999 }
  }
  const ratios = rounds.map((round, index) => (round.acknowledgedUs[1] ?? 0) / (quiet[index]?.acknowledgedUs[1] ?? 1))
  const result = {
    beside,
    acknowledgedUs: of((figures) => figures.acknowledgedUs),
    p99ToQuiet: Number(median(ratios).toFixed(2)),
    seenUs: of((figures) => figures.seenUs),
    records: median(rounds.map((round) => round.records)),
    readMBs: median(rounds.map((round) => round.readMBs)),
  }
  process.stdout.write(`${JSON.stringify(result)}\n`)
}

const main = async (rounds: number, seconds: number): Promise<void> => {
  const broker = await startBroker(newDirectory())
  const [control, consumer] = await Promise.all([open(broker.port), open(broker.port)])
  const topics = ['old', 'new'].map((name) => ({
    name,
    numPartitions: 1,
    replicationFactor: 1,
    assignments: [],
    configs: name === 'old' ? [{ name: 'flush.messages', value: '1000000' }] : [],
  }))
  await call(control, frame(createTopics, 5, { topics, timeoutMs: 5000, validateOnly: false }))
  const large = append('old', BATCH_BYTES)
  for (let sent = 0; sent < BATCHES; sent += 1) await call(control, large)
  const log = join(broker.directory, 'old-0', '00000000000000000000.log')

  const small = append('new', 100)
  let next = 0
  const measure = async (beside: Beside): Promise<Figures> => {
    const [acknowledged, seen]: [number[], number[]] = [[], []]
    const times: number[] = []
    let took = 0
    let reads = 0
    const until = performance.now() + seconds * 1000
    const reading = (async () => {
      if (beside === 'nobody') return
      while (performance.now() < until) {
        if (beside === 'a reader of the disk') evict(log)
        const reader = fork(process.argv[1] ?? '', ['read', String(broker.port)])
        const [ms] = await once(reader, 'message')
        took += Number(ms)
        reads += 1
      }
    })()
    const consuming = (async () => {
      for (let offset = next; performance.now() < until;) {
        const answer = await call(consumer, read('new', offset, 1))
        const now = performance.now()
        const end = Number(answer.readBigInt64BE(HIGH_WATERMARK_AT))
        for (; offset < end; offset += 1) seen.push(now - (times[offset - next] ?? now))
      }
    })()
    for (let now = performance.now(); now < until; now = performance.now()) {
      times.push(now)
      await call(control, small)
      acknowledged.push(performance.now() - now)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    await Promise.all([reading, consuming])
    next += times.length
    const readMBs = reads === 0 ? 0 : Math.round((reads * BATCHES * BATCH_BYTES) / 1e6 / (took / 1000))
    return { acknowledgedUs: shares(acknowledged), seenUs: shares(seen), records: times.length, readMBs }
  }
  const [quiet, memory, disk]: [Figures[], Figures[], Figures[]] = [[], [], []]
  for (let round = 0; round < rounds; round += 1) {
    quiet.push(await measure('nobody'))
    memory.push(await measure('a reader of memory'))
    disk.push(await measure('a reader of the disk'))
  }
  report('nobody', quiet, quiet)
  report('a reader of memory', memory, quiet)
  report('a reader of the disk', disk, quiet)
  control.destroy()
  consumer.destroy()
  await stopBroker(broker)
  rmSync(broker.directory, { recursive: true })
}

const [, , first = '7', second = '3'] = process.argv
await (first === 'read' ? readOld(Number(second)) : main(Number(first), Number(second)))
