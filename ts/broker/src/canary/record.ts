/** The record that is read back: the key says who wrote it, the value which one it is. */
import { crc32c } from '../base/crc32c.ts'
import { encodeBatch } from '../coordinator/record-batch.ts'
import type { StoredRecord } from '../coordinator/shard.ts'

const CRC_AT = 17
const CRC_FROM = 21
/** A number of the rounds and what ends it are never longer: a value has at least as many bytes where it is filled. */
export const NUMBER_BYTES_MAX = 16

/** With a filler the value is as long as that, and the same behind its number. */
export const canaryRecord = (run: string, number: number, filler?: Buffer): { key: Buffer; value: Buffer } => {
  const value = filler === undefined ? Buffer.from(String(number)) : Buffer.from(filler)
  if (filler !== undefined) value.write(`${number} `)
  return { key: Buffer.from(run), value }
}

/** A batch with that record alone, as a client sends it; `timestamp` in milliseconds since 1970. */
export const canaryBatch = (run: string, number: number, timestamp: number): Buffer => {
  const batch = encodeBatch([canaryRecord(run, number)], timestamp)
  batch.writeUInt32BE(crc32c(batch.subarray(CRC_FROM)), CRC_AT)
  return batch
}

type Read = Pick<StoredRecord, 'value'> & { readonly key: Buffer | null }

/** Null for what another run wrote. */
export const numberIn = ({ key, value }: Read, run: string): number | null =>
  key?.toString() === run && value !== null ? Number.parseInt(value.toString('latin1', 0, NUMBER_BYTES_MAX), 10) : null
