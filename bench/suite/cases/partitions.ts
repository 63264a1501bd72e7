// Row 19: many partitions.
import { type Case, type Setting, serverOf, type Taken } from '../case.ts'
import { columns } from '../columns.ts'
import { measure, verify } from '../generator.ts'
import { withTopic } from '../topics.ts'
import { higher, lower, part, throughput } from './measures.ts'
import { takenFrom, voidFor } from './produce.ts'

const LOAD = { connections: 16, depth: 5, records: 16, recordBytes: 1024 }
const FEW = 10

const take = async (setting: Setting, partitions: number): Promise<Taken> => {
  const server = await serverOf(setting)
  const load = { ...LOAD, pid: server.pid(), seconds: setting.seconds }
  const { topic: configs } = setting.column
  const few = await withTopic(server, FEW, configs, (topic) => measure('produce', { ...load, ...topic }))
  return withTopic(server, partitions, configs, async (topic, createdMs) => {
    const report = await measure('produce', { ...load, ...topic })
    const isVoid = voidFor(report, (await verify({ ...topic })).records)
    const taken = takenFrom(report, {
      created: createdMs / 1000,
      'against 10 partitions': report.megabytesPerSecond / few.megabytesPerSecond,
      throughput: report.megabytesPerSecond,
    })
    return isVoid === undefined ? taken : { ...taken, isVoid }
  })
}

const many = (partitions: number): Case => ({
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
  what: `A topic of ${partitions} partitions: from the request to make it until Metadata shows a leader for each; then batches of 16 KiB from 16 connections to all of them in turn, beside the same to 10 partitions just before.`,
  columns: [columns.millrace, columns.kafka, columns.relaxed],
  load: 'batches',
  isShort: false,
  take: (setting) => take(setting, partitions),
})

export const partitionCases: readonly Case[] = [many(1000), many(10_000)]
