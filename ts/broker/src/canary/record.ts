/** The canary's record: the key says who wrote it, the value which one it is. */
import { crc32c } from '../base/crc32c.ts'
import { encodeBatch } from '../coordinator/record-batch.ts'
import type { StoredRecord } from '../coordinator/shard.ts'

const CRC_AT = 17
const CRC_FROM = 21

/** A batch with that record alone, as a client sends it; `timestamp` in milliseconds since 1970. */
export const canaryBatch = (run: string, number: number, timestamp: number): Buffer => {
  const batch = encodeBatch([{ key: Buffer.from(run), value: Buffer.from(String(number)) }], timestamp)
  batch.writeUInt32BE(crc32c(batch.subarray(CRC_FROM)), CRC_AT)
  return batch
}

/** Null for what another run wrote. */
export const numberIn = ({ key, value }: StoredRecord, run: string): number | null =>
  key.toString() === run && value !== null ? Number(value.toString()) : null
