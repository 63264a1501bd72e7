// Fetched bytes as records, every batch checked: what a consumer that trusts nothing does.
import { crc32c } from '../../harness/batch.ts'

const HEADER_BYTES = 61
const CRC_AT = 17
const CRC_FROM = 21

export interface ReadRecord {
  readonly offset: number
  readonly value: Buffer
}

/** The records of uncompressed batches. Kafka cuts the last batch at the limit: what is not whole is left out. */
export const recordsOf = (bytes: Buffer): readonly ReadRecord[] => {
  const found: ReadRecord[] = []
  let rest = bytes
  while (rest.length >= HEADER_BYTES) {
    const size = rest.readInt32BE(8) + 12
    if (rest.length < size) break
    const batch = rest.subarray(0, size)
    if (batch.readUInt32BE(CRC_AT) !== crc32c(batch.subarray(CRC_FROM))) throw new Error('the CRC of a batch is wrong')
    found.push(...recordsIn(batch))
    rest = rest.subarray(size)
  }
  return found
}

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
