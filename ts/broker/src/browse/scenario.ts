/** For tests: batches as the engine hands them out, and a log made of them. */
import { encodeRecord, type NewRecord } from './records.ts'
import type { ReadLog } from './partition-reader.ts'

export interface LoggedRecord extends Partial<NewRecord> {
  readonly offset: number
  readonly time: number
}

const BASE_OFFSET_AT = 0

/** A batch of one record at an offset. */
export const batchAt = ({ offset, time, key = null, value = null, headers = [] }: LoggedRecord): Buffer => {
  const batch = encodeRecord({ key, value, headers }, time)
  batch.writeBigInt64BE(BigInt(offset), BASE_OFFSET_AT)
  return batch
}

/** Partitions of records whose offsets rise, read in batches of one, as many as fit and at least one. */
export const logOf = (partitions: readonly (readonly LoggedRecord[])[]): ReadLog => {
  return (partition, offset, memory) => {
    const taken: Buffer[] = []
    let bytes = 0
    for (const record of partitions[partition] ?? []) {
      if (record.offset < offset) continue
      const batch = batchAt(record)
      if (taken.length > 0 && bytes + batch.length > memory.length) break
      taken.push(batch)
      bytes += batch.length
    }
    const read = Buffer.concat(taken)
    return Promise.resolve(read.copy(memory) === read.length ? memory.subarray(0, read.length) : read)
  }
}
