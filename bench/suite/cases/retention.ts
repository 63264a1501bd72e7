// Row 21: a long run, far past what the topic may keep.
import { listOffsets } from 'millrace/messages/02-list-offsets.js'
import { type Case, type Setting, type Taken } from '../case.ts'
import { columns } from '../columns.ts'
import { measure, type Point } from '../generator.ts'
import { watchMemory } from '../system.ts'
import { ask, type Topic, withTopic } from '../topics.ts'
import { higher, throughput } from './measures.ts'
import { ownBroker } from './own.ts'
import { takenFrom, voidFor } from './produce.ts'

const PARTITIONS = 6
const LOAD = { connections: 50, depth: 1, records: 96, recordBytes: 1024, keyed: true }
/** Old segments go every few seconds, so that the disk holds seconds of writing and not Kafka's five minutes of it. */
const SETTINGS = { 'log.retention.check.interval.ms': '5000' }
const KEEPS = { 'retention.bytes': String(256 << 20), 'segment.bytes': String(64 << 20) }
/** A full run's 10 seconds are 30 minutes, of which the first and the last one are compared. */
const STRETCH = 180
const COMPARED = 1 / 30
const WARM_UP_SECONDS = 75

const bytesOf = (points: readonly Point[]): number => points.reduce((sum, { bytes }) => sum + bytes, 0)

/** Offsets behind the last records. */
const endsOf = async (port: number, { topic, partitions }: Topic): Promise<number> => {
  const indexes = Array.from({ length: partitions }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1 }))
  const request = { replicaId: -1, topics: [{ name: topic, partitions: indexes }] }
  const { topics } = await ask(port, listOffsets, 1, request)
  return topics[0]?.partitions.reduce((sum, { offset }) => sum + offset, 0) ?? 0
}

const long = async (setting: Setting): Promise<Taken> => {
  const broker = await ownBroker(setting, { settings: SETTINGS })
  const { seconds } = setting
  try {
    return await withTopic(broker, PARTITIONS, { ...setting.column.topic, ...KEEPS }, async (topic) => {
      const load = { ...LOAD, ...topic, seconds, pid: broker.pid(), warmUp: Math.min(WARM_UP_SECONDS, seconds) }
      const { value: report, memory } = await watchMemory(broker.pid(), () => measure('produce', load))
      const { course } = report
      const compared = Math.max(1, Math.floor(course.length * COMPARED))
      const taken = takenFrom(report, {
        'last against first': bytesOf(course.slice(-compared)) / bytesOf(course.slice(0, compared)),
        throughput: report.megabytesPerSecond,
      })
      return { ...taken, memory, ...voidFor(report, await endsOf(broker.port, topic)) }
    })
  } finally {
    await broker.stop()
  }
}

const retention: Case = {
  rows: [
    {
      row: 21,
      id: 'retention',
      title: 'Half an hour past the retention limit',
      measures: [
        higher('last against first', 'x', {
          broker: columns.millrace.name,
          bound: 'atLeast',
          value: 0.9,
          against: 'nothing',
        }),
        throughput(),
      ],
    },
  ],
  what: '50 producers with keyed records, a batch for each of 6 partitions in a request, 256 MiB kept of each partition, at full speed for 180 times the usual measurement, once; the bytes of its last thirtieth beside those of its first; what was acknowledged is compared with the end offsets, since most of it is gone.',
  columns: [columns.millrace, columns.tuned],
  isShort: false,
  isOnce: true,
  stretch: STRETCH,
  take: long,
}

export const retentionCases: readonly Case[] = [retention]
