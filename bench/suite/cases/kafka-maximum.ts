// The rate by which rows are paced: what the better of Kafka's shapes answers at full speed.
import type { Setting, Taken } from '../case.ts'
import { columns } from '../columns.ts'
import { type Load, produceTo } from './produce.ts'

export const KAFKAS = [columns.kafka, columns.tuned]

export const BATCHES: Load = { connections: 16, depth: 5, records: 16, recordBytes: 1024, partitions: 6 }

/** How a JVM is warmed up for the rows that are paced, too. */
export const atFullSpeed = (setting: Setting): Promise<Taken> =>
  produceTo(setting, BATCHES, ({ requestsPerSecond: rate }) => ({ rate }))

const ask = async (setting: Setting): Promise<number> => {
  const rates: number[] = []
  for (const column of KAFKAS) {
    await setting.warmUp(column)
    await setting.settle()
    const { values, voidBecause } = await atFullSpeed({ ...setting, column })
    if (voidBecause !== undefined) throw new Error(`the maximum of ${column.name} is not known: ${voidBecause}`)
    rates.push(values['rate'] ?? 0)
  }
  return Math.max(...rates)
}

let known: Promise<number> | undefined

/** Requests a second; measured once in a run, and again after a failure. */
export const kafkaMaximum = (setting: Setting): Promise<number> => {
  known ??= ask(setting).catch((error: unknown) => {
    known = undefined
    throw error
  })
  return known
}
