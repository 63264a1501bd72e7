// The rate by which rows are paced: what the better of Kafka's shapes answers at full speed.
import type { Setting } from '../case.ts'
import { columns } from '../columns.ts'
import { type Load, produceTo } from './produce.ts'

export const KAFKAS = [columns.kafka, columns.tuned]

export const BATCHES: Load = { connections: 16, depth: 5, records: 16, recordBytes: 1024, partitions: 6 }

const ask = async (setting: Setting): Promise<number> => {
  const rates: number[] = []
  for (const column of KAFKAS) {
    await setting.warmUp(column)
    const { values } = await produceTo({ ...setting, column }, BATCHES, ({ requestsPerSecond: rate }) => ({ rate }))
    rates.push(values['rate'] ?? 0)
  }
  return Math.max(...rates)
}

let known: Promise<number> | undefined

/** Requests a second; measured once in a run. */
export const kafkaMaximum = (setting: Setting): Promise<number> => (known ??= ask(setting))
