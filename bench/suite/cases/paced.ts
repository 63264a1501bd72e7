// Rows 10 and 11: latency at a rate that both can hold, or that one cannot.
import { type Case, type Setting, serverOf, type Taken } from '../case.ts'
import { columns } from '../columns.ts'
import { measure, verify } from '../generator.ts'
import { withTopic } from '../topics.ts'
import { atMost, lower, part } from './measures.ts'
import { atFullSpeed, BATCHES, KAFKAS, kafkaMaximum } from './kafka-maximum.ts'
import { produceTo, takenFrom, voidFor } from './produce.ts'

const { kafka, millrace, relaxed, tuned } = columns

export const milliseconds = (microseconds: number): number => microseconds / 1000

const atShare = async (setting: Setting, share: number): Promise<Taken> => {
  if (setting.isWarmUp) return atFullSpeed(setting)
  const rate = (await kafkaMaximum(setting)) * share
  return produceTo(setting, { ...BATCHES, rate }, ({ latency, megabytesPerSecond }) => ({
    p50: milliseconds(latency.p50),
    p99: milliseconds(latency.p99),
    'p99.9': milliseconds(latency.p999),
    throughput: megabytesPerSecond,
  }))
}

const paced = (percent: number, target: Parameters<typeof lower>[2]): Case => ({
  rows: [
    {
      row: 10,
      id: `rate-${percent}`,
      title: `At ${percent} % of Kafka's maximum`,
      measures: [
        lower('p99', 'ms', target),
        percent === 50 ? lower('p99.9', 'ms', target) : lower('p99.9', 'ms'),
        lower('p50', 'ms'),
        { name: 'throughput', unit: 'MB/s', better: 'higher' },
      ],
    },
  ],
  what: `Batches of 16 KiB from 16 connections, sent when they are due, at ${percent} % of the rate that the better of Kafka's shapes answers at full speed; latency from when a request was due.`,
  columns: [millrace, ...KAFKAS, relaxed],
  load: 'batches',
  isShort: false,
  stretch: 2,
  take: (setting) => atShare(setting, percent / 100),
})

const RECORDS_PER_SECOND = 1000

const endToEnd = async (setting: Setting): Promise<Taken> => {
  const server = await serverOf(setting)
  return withTopic(server, 1, setting.column.topic, async (topic) => {
    const options = { ...topic, pid: server.pid(), depth: 5, rate: RECORDS_PER_SECOND, seconds: setting.seconds }
    const report = await measure('end-to-end', options)
    const { p50, p99, p999 } = report.latency
    const taken = takenFrom(report, { p50: milliseconds(p50), p99: milliseconds(p99), 'p99.9': milliseconds(p999) })
    return { ...taken, ...voidFor(report, (await verify({ ...topic })).records) }
  })
}

const consumed: Case = {
  rows: [
    {
      row: 11,
      id: 'end-to-end',
      title: 'From producer to consumer',
      measures: [
        lower('p50', 'ms', part(1 / 5, relaxed.name)),
        lower('p99', 'ms', part(1 / 5, relaxed.name)),
        lower('p99.9', 'ms'),
      ],
    },
  ],
  what: '1,000 records of 100 bytes a second, each a request; from when one was due to be sent until a consumer at the end of the partition had it.',
  columns: [relaxed, kafka, tuned, millrace],
  load: 'end to end',
  isShort: false,
  take: endToEnd,
}

export const pacedCases: readonly Case[] = [paced(50, part(1 / 10)), paced(80, atMost(10)), consumed]
