// Rows 15, 20 and 22: what else goes on must not be felt by producers.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { harness } from '@millrace/test/harness/paths.js'
import { residentBytes } from '@millrace/test/harness/proc.js'
import { type Case, type Setting, serverOf, type Taken } from '../case.ts'
import { columns } from '../columns.ts'
import { fill, keep, measure, type Point, verify } from '../generator.ts'
import { evict } from '../system.ts'
import { type Topic, withTopic } from '../topics.ts'
import { atFullSpeed, BATCHES, kafkaMaximum, KAFKAS } from './kafka-maximum.ts'
import { atMost, higher, lower, times } from './measures.ts'
import { ownBroker } from './own.ts'
import { milliseconds } from './paced.ts'
import { takenFrom, together, voidFor } from './produce.ts'

const { kafka, millrace, relaxed, tuned } = columns

const OLD_BATCH = { records: 1000, recordBytes: 1000 }
/** A gigabyte for each second of a measurement: more than can be read of it, so that nothing is read twice. */
const OLD_REQUESTS_PER_SECOND = 1000
const READ_SHARE = 0.5
const MAX_BYTES = 1 << 20
/** Producer and consumer begin and end at the same time, and are measured from the same second on. */
const LEAD_SECONDS = 1

/** Takes what a topic has on the disk out of memory. */
const evictTopic = (directory: string, { topic }: Topic): void => {
  const ofTopic = readdirSync(directory).filter((name) => name.startsWith(`${topic}-`))
  for (const folder of ofTopic) {
    const files = readdirSync(join(directory, folder)).filter((name) => name.endsWith('.log'))
    for (const name of files) evict(join(directory, folder, name))
  }
}

const catchUp = async (setting: Setting): Promise<Taken> => {
  if (setting.isWarmUp) return atFullSpeed(setting)
  const rate = (await kafkaMaximum(setting)) / 2
  const server = await serverOf(setting)
  const { dataDirectory = '' } = server
  const { topic: configs } = setting.column
  const length = { warmUp: LEAD_SECONDS, seconds: setting.seconds * READ_SHARE }
  return withTopic(server, 1, configs, (old) =>
    withTopic(server, BATCHES.partitions, configs, async (fresh) => {
      const requests = Math.ceil(setting.seconds * OLD_REQUESTS_PER_SECOND)
      const { acknowledged } = await fill({ ...OLD_BATCH, ...old, requests })
      const write = { ...BATCHES, ...fresh, ...length, rate, pid: server.pid() }
      const prepare = async (): Promise<void> => {
        await setting.settle()
        evictTopic(dataDirectory, old)
      }
      await prepare()
      const quiet = await measure('produce', write)
      await prepare()
      const [beside, read] = await Promise.all([
        measure('produce', write),
        measure('fetch', { ...old, ...length, maxBytes: MAX_BYTES }),
      ])
      const taken = takenFrom(beside, {
        'p99 against quiet': beside.latency.p99 / quiet.latency.p99,
        p99: milliseconds(beside.latency.p99),
        'catch-up': read.megabytesPerSecond,
      })
      return {
        ...taken,
        ...voidFor(together(quiet, beside), (await verify({ ...fresh })).records),
        ...voidFor({ errors: read.errors, acknowledged }, (await verify({ ...old })).records),
      }
    }),
  )
}

const cold: Case = {
  rows: [
    {
      row: 15,
      id: 'catch-up',
      title: 'Catching up on old data beside producers',
      measures: [
        lower('p99 against quiet', 'x', atMost(2)),
        higher('catch-up', 'MB/s', times(1.2)),
        lower('p99', 'ms'),
      ],
    },
  ],
  what: 'A gigabyte for each second of a measurement is written, taken out of memory, and read by one consumer while batches of 16 KiB are written at half of the rate that Kafka answers at full speed; the 99th percentile of producing beside that of the same just before, without the consumer.',
  columns: [millrace, ...KAFKAS, relaxed],
  load: 'batches',
  isShort: false,
  take: catchUp,
}

const BUSY = { connections: 100, depth: 1, records: 1, recordBytes: 1024, rate: 2000, partitions: 6 }
const IDLE_CONNECTIONS = 9900

const connected = async (setting: Setting): Promise<Taken> => {
  const server = await serverOf(setting)
  const { seconds } = setting
  return withTopic(server, BUSY.partitions, setting.column.topic, async (topic) => {
    const load = { ...BUSY, ...topic, seconds, pid: server.pid() }
    const few = await measure('produce', load)
    const before = residentBytes(server.pid())
    const idle = keep('idle', { bootstrap: topic.bootstrap, connections: IDLE_CONNECTIONS })
    try {
      await idle.line('all connections', (line) => (Number(line) === IDLE_CONNECTIONS ? true : undefined))
      const many = await measure('produce', load)
      const grown = Math.max(residentBytes(server.pid()) - before, 0)
      const taken = takenFrom(many, {
        'p99 against 100': many.latency.p99 / few.latency.p99,
        p99: milliseconds(many.latency.p99),
        'memory of a connection': grown / IDLE_CONNECTIONS,
      })
      return { ...taken, ...voidFor(together(few, many), (await verify({ ...topic })).records) }
    } finally {
      await idle.kill()
    }
  })
}

const connections: Case = {
  rows: [
    {
      row: 20,
      id: 'connections',
      title: '10,000 connections',
      measures: [
        lower('p99 against 100', 'x', atMost(1.5)),
        lower('memory of a connection', 'bytes', atMost(10_000)),
        lower('p99', 'ms'),
      ],
    },
  ],
  what: '2,000 records of 1 KiB a second over 100 connections, alone and beside 9,900 connections that say nothing; resident memory by which the broker grew, for each of them.',
  columns: [millrace, kafka, tuned, relaxed],
  load: 'requests',
  isShort: false,
  take: connected,
}

/** The load begins, the event loop is stopped in the middle of it, and goes on before its end. */
const FREEZE = { warmUp: 2, seconds: 12, freezeAfterMs: 7500 }
const BEFORE: readonly [number, number] = [0, 5]
/** Seconds of the measurement that lie in the stop of five seconds for sure. */
const FROZEN: readonly [number, number] = [6, 10]

const meanP99 = (course: readonly Point[], [from, to]: readonly [number, number]): number => {
  const points = course.slice(from, to)
  return milliseconds(points.reduce((sum, { p99 }) => sum + p99, 0) / points.length)
}

const frozen = async (setting: Setting): Promise<Taken> => {
  const broker = await ownBroker(setting, { preload: join(harness, 'freeze.mjs') })
  try {
    return await withTopic(broker, BATCHES.partitions, setting.column.topic, async (topic) => {
      const { warmUp, seconds, freezeAfterMs } = FREEZE
      const freeze = async (): Promise<void> => {
        await sleep(freezeAfterMs)
        broker.signal('SIGUSR2')
      }
      const load = measure('produce', { ...BATCHES, ...topic, warmUp, seconds, pid: broker.pid() })
      const [report] = await Promise.all([load, freeze()])
      const [before, during] = [BEFORE, FROZEN].map((window) => meanP99(report.course, window))
      const values = { 'p99 frozen': during ?? 0, 'p99 before': before ?? 0 }
      const taken = takenFrom(report, { ...values, 'above the bound': (during ?? 0) - 1.5 * (before ?? 0) - 5 })
      if (!broker.logs().includes('frozen')) return { ...taken, voidBecause: 'the event loop was not stopped' }
      return { ...taken, ...voidFor(report, (await verify({ ...topic })).records) }
    })
  } finally {
    await broker.stop()
  }
}

const eventLoop: Case = {
  rows: [
    {
      row: 22,
      id: 'frozen',
      title: 'Event loop frozen',
      measures: [lower('above the bound', 'ms', atMost(0)), lower('p99 frozen', 'ms'), lower('p99 before', 'ms')],
    },
  ],
  what: "Batches of 16 KiB from 16 connections at full speed while the control plane's event loop stands still for 5 seconds; mean of the 99th percentiles of each second, before and meanwhile; the bound is 1.5 times the one before, and 5 ms.",
  columns: [millrace, relaxed],
  isShort: false,
  take: frozen,
}

export const besideCases: readonly Case[] = [cold, connections, eventLoop]
