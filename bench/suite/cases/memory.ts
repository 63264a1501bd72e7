// Row 17: memory of a broker that was just started, and of one that worked.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Case } from '../case.ts'
import { columns } from '../columns.ts'
import { measure, verify } from '../generator.ts'
import { memoryOf, watchMemory } from '../system.ts'
import { withTopic } from '../topics.ts'
import { lower, part } from './measures.ts'
import { ownBroker } from './own.ts'
import { takenFrom, voidFor } from './produce.ts'

/** Until what starting needed was given back: V8 does that eight seconds later, a JVM does not. */
const IDLE_MS = 15_000
const LOAD = { connections: 16, depth: 5, records: 16, recordBytes: 1024 }
const PARTITIONS = 6

const memory: Case = {
  rows: [
    {
      row: 17,
      id: 'memory',
      title: 'Memory',
      measures: [lower('idle', 'bytes', part(1 / 5)), lower('after load', 'bytes', part(1 / 4))],
    },
  ],
  what: 'A new process: resident memory 15 seconds after its start and again after batches of 16 KiB from 16 connections at full speed.',
  columns: [columns.millrace, columns.kafka],
  isShort: true,
  stretch: 2,
  take: async (setting) => {
    const broker = await ownBroker(setting)
    try {
      await sleep(IDLE_MS)
      const idle = memoryOf(broker.pid())
      return await withTopic(broker, PARTITIONS, setting.column.topic, async (topic) => {
        const options = { ...LOAD, ...topic, pid: broker.pid(), seconds: setting.seconds }
        const { value: report, memory } = await watchMemory(broker.pid(), () => measure('produce', options))
        const taken = takenFrom(report, { idle, 'after load': memoryOf(broker.pid()) })
        return { ...taken, memory, ...voidFor(report, (await verify({ ...topic })).records) }
      })
    } finally {
      await broker.stop()
    }
  },
}

export const memoryCases: readonly Case[] = [memory]
