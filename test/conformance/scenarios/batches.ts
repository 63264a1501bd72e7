// The headers of fetched batches, as far as a broker may touch or must keep them.
import { crc32c } from '../../harness/batch.ts'

const HEADER_BYTES = 61

export interface BatchSummary {
  readonly base: number
  readonly last: number
  readonly leaderEpoch: number
  readonly attributes: number
  readonly maxTimestamp: number
  readonly producer: string
  readonly count: number
  readonly size: number
}

/** Every whole batch. What Kafka adds of the next one, cut at the limit, no client can use: it is left out. */
export const batchesOf = (bytes: Buffer): readonly BatchSummary[] => {
  const found: BatchSummary[] = []
  let rest = bytes
  while (rest.length >= HEADER_BYTES) {
    const size = rest.readInt32BE(8) + 12
    if (rest.length < size) break
    if (crc32c(rest.subarray(21, size)) !== rest.readUInt32BE(17))
      throw new Error('a fetched batch has a wrong checksum')
    const base = Number(rest.readBigInt64BE(0))
    found.push({
      base,
      last: base + rest.readInt32BE(23),
      leaderEpoch: rest.readInt32BE(12),
      attributes: rest.readInt16BE(21),
      maxTimestamp: Number(rest.readBigInt64BE(35)),
      producer: `${rest.readBigInt64BE(43)}/${rest.readInt16BE(51)}/${rest.readInt32BE(53)}`,
      count: rest.readInt32BE(57),
      size,
    })
    rest = rest.subarray(size)
  }
  return found
}
