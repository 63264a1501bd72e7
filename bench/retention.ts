// What reaching a limit of retention costs producers: the same rate to a topic that keeps everything and to one of which old segments go all
// the time, with acknowledgements that are durable and with such that follow the write. They take turns, so that what else the machine does
// meets both; medians are what is printed. The load generator has to be built: `cargo build --release -p load`.
// `npx tsc -b bench && node bench/dist/retention.js [rounds] [seconds] [MB/s]` prints one JSON line for each.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createTopics } from 'millrace/messages/19-create-topics.js'
import { call, frame, newDirectory, open, startBroker, stopBroker } from './client.ts'
import { measure, type Report } from './suite/generator.ts'
import { median } from './suite/statistics.ts'

const MIB = 1024 ** 2
const PARTITIONS = 2
const RECORDS = 16
const RECORD_BYTES = 1024
const LOAD = { connections: 8, records: RECORDS, recordBytes: RECORD_BYTES, partitions: PARTITIONS }
/** Old segments are looked for, and removed, as soon as they can be; Kafka's defaults are minutes. */
const SETTINGS = { 'log.retention.check.interval.ms': '500' }
const SEGMENT = { 'segment.bytes': String(16 * MIB), 'file.delete.delay.ms': '500' }
const KEPT = { all: { 'retention.bytes': '-1' }, 'the newest': { 'retention.bytes': String(32 * MIB) } }
const FLUSHES = { durable: '1', relaxed: '9223372036854775807' }

type Mode = keyof typeof FLUSHES
type Keeps = keyof typeof KEPT

interface Figures {
  readonly latency: Report['latency']
  readonly removed: number
  readonly cpuSeconds: number
  readonly errors: number
}

const run = async (mode: Mode, rounds: number, seconds: number, rate: number): Promise<void> => {
  const broker = await startBroker(newDirectory(), SETTINGS)
  const control = await open(broker.port)
  const topics = Object.entries(KEPT).map(([keeps, kept]) => ({
    name: keeps.replaceAll(' ', '-'),
    numPartitions: PARTITIONS,
    replicationFactor: 1,
    assignments: [],
    configs: Object.entries({ ...SEGMENT, ...kept, 'flush.messages': FLUSHES[mode] }).map(([name, value]) => ({
      name,
      value,
    })),
  }))
  await call(control, frame(createTopics, 5, { topics, timeoutMs: 5000, validateOnly: false }))
  control.destroy()

  const bytesOf = (topic: string): number => {
    const directories = Array.from({ length: PARTITIONS }, (_, index) => join(broker.directory, `${topic}-${index}`))
    const there = directories.filter((directory) => existsSync(directory))
    const files = there.flatMap((directory) => readdirSync(directory).map((name) => join(directory, name)))
    const sizes = files.filter((path) => path.includes('.log')).map((path) => statSync(path, { throwIfNoEntry: false }))
    return sizes.reduce((sum, stat) => sum + (stat?.size ?? 0), 0)
  }
  const take = async (keeps: Keeps): Promise<Figures> => {
    const topic = keeps.replaceAll(' ', '-')
    const before = bytesOf(topic)
    const load = { ...LOAD, rate: Math.round(rate / (RECORDS * RECORD_BYTES)), pid: broker.process.pid, warmUp: 0 }
    const report = await measure('produce', { ...load, bootstrap: `127.0.0.1:${broker.port}`, topic, seconds })
    const errors = Object.values(report.errors).reduce((sum, count) => sum + count, 0)
    const removed = before + report.bytes - bytesOf(topic)
    return { latency: report.latency, removed, cpuSeconds: report.brokerCpuSeconds, errors }
  }
  const taken: Record<Keeps, Figures[]> = { all: [], 'the newest': [] }
  for (let round = -1; round < rounds; round += 1) {
    for (const keeps of ['all', 'the newest'] as const) {
      const figures = await take(keeps)
      // The first round fills the topic up to its limit.
      if (round >= 0) taken[keeps].push(figures)
    }
  }
  for (const keeps of ['all', 'the newest'] as const) {
    const of = (value: (figures: Figures) => number) => Math.round(median(taken[keeps].map(value)))
    const ratio = (value: (figures: Figures) => number) => {
      const ratios = taken[keeps].map((figures, at) => value(figures) / value(taken.all[at] ?? figures))
      return Number(median(ratios).toFixed(2))
    }
    const result = {
      mode,
      keeps,
      p50us: of(({ latency }) => latency.p50),
      p99us: of(({ latency }) => latency.p99),
      p999us: of(({ latency }) => latency.p999),
      maxUs: of(({ latency }) => latency.max),
      p99ToAll: ratio(({ latency }) => latency.p99),
      p999ToAll: ratio(({ latency }) => latency.p999),
      removedMBs: of(({ removed }) => removed / 1e6 / seconds),
      cpuSecondsToAll: ratio(({ cpuSeconds }) => cpuSeconds),
      errors: of(({ errors }) => errors),
    }
    process.stdout.write(`${JSON.stringify(result)}\n`)
  }
  await stopBroker(broker)
  rmSync(broker.directory, { recursive: true })
}

const [, , rounds = '7', seconds = '10', megabytes = '40'] = process.argv
for (const mode of ['durable', 'relaxed'] as const) {
  await run(mode, Number(rounds), Number(seconds), Number(megabytes) * 1e6)
}
