// Fetched bytes as records, every batch checked: what a consumer that trusts nothing does.
import { HEADER_BYTES, wholeBatches } from '../../harness/batch.ts'

export interface ReadRecord {
  readonly offset: number
  readonly value: Buffer
}

/** The records of uncompressed batches. */
export const recordsOf = (bytes: Buffer): readonly ReadRecord[] => Array.from(wholeBatches(bytes), recordsIn).flat()

const recordsIn = (batch: Buffer): readonly ReadRecord[] => {
  const base = Number(batch.readBigInt64BE(0))
  let at = HEADER_BYTES
  const varint = (): number => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = batch.readUInt8(at++)
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return Number(BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n)))
    }
  }
  const bytes = (): Buffer => {
    const length = Math.max(varint(), 0)
    at += length
    return batch.subarray(at - length, at)
  }
  return Array.from({ length: batch.readInt32BE(57) }, () => {
    const end = varint() + at
    at += 1 // attributes
    varint() // time
    const offset = base + varint()
    bytes() // key
    const value = bytes()
    at = end
    return { offset, value }
  })
}
