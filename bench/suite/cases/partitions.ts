// Row 19: many partitions.
import { type Case, type Setting, serverOf, type Taken } from '../case.ts'
import { type Column, columns } from '../columns.ts'
import { fill, measure, type Report, verify } from '../generator.ts'
import { type Topic, withTopic } from '../topics.ts'
import { atFullSpeed } from './kafka-maximum.ts'
import { higher, lower, part, throughput } from './measures.ts'
import { takenFrom, voidFor } from './produce.ts'

const LOAD = { connections: 16, depth: 5, records: 16, recordBytes: 1024 }
/** What a partition costs with its first batch (files, an epoch) is paid before, and is no rate. */
const FIRST = { records: 1, recordBytes: 1024 }
const FEW = 10

const take = async (setting: Setting, partitions: number): Promise<Taken> => {
  if (setting.isWarmUp) return atFullSpeed(setting)
  const server = await serverOf(setting)
  const load = { ...LOAD, pid: server.pid(), seconds: setting.seconds }
  const { topic: configs } = setting.column
  const produced = async (topic: Topic): Promise<readonly [Report, Pick<Taken, 'voidBecause'>]> => {
    const { acknowledged } = await fill({ ...FIRST, ...topic, requests: topic.partitions })
    const report = await measure('produce', { ...load, ...topic })
    return [report, voidFor(report, (await verify({ ...topic })).records - acknowledged)]
  }
  const [few, voidForFew] = await withTopic(server, FEW, configs, produced)
  await setting.settle()
  return withTopic(server, partitions, configs, async (topic, createdMs) => {
    const [report, voidForAll] = await produced(topic)
    const taken = takenFrom(report, {
      created: createdMs / 1000,
      'against 10 partitions': report.megabytesPerSecond / few.megabytesPerSecond,
      throughput: report.megabytesPerSecond,
    })
    return { ...taken, ...voidForFew, ...voidForAll }
  })
}

const many = (partitions: number, kafkas: readonly Column[], remark = ''): Case => ({
  rows: [
    {
      row: 19,
      id: `partitions-${partitions}`,
      title: `${partitions} partitions`,
      measures: [
        lower('created', 's', part(1 / 25)),
        higher('against 10 partitions', 'x', {
          broker: columns.millrace.name,
          bound: 'atLeast',
          value: 0.8,
          against: 'nothing',
        }),
        throughput(),
      ],
    },
  ],
  what: `A topic of ${partitions} partitions: from the request to make it until each has a leader and answers ListOffsets; then, after a first batch to each, batches of 16 KiB from 16 connections to all of them in turn, beside the same to 10 partitions just before.${remark}`,
  columns: [columns.millrace, ...kafkas, columns.relaxed],
  load: 'batches',
  isShort: false,
  take: (setting) => take(setting, partitions),
})

export const partitionCases: readonly Case[] = [
  many(1000, [columns.kafka, columns.tuned]),
  many(10_000, [columns.kafka], ' Kafka as shipped alone, since a measurement of it takes minutes.'),
]
