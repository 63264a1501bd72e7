// The headers of fetched batches, as far as a broker may touch or must keep them.
import { wholeBatches } from '../../harness/batch.ts'

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

export const batchesOf = (bytes: Buffer): readonly BatchSummary[] => Array.from(wholeBatches(bytes), summary)

const summary = (batch: Buffer): BatchSummary => {
  const base = Number(batch.readBigInt64BE(0))
  return {
    base,
    last: base + batch.readInt32BE(23),
    leaderEpoch: batch.readInt32BE(12),
    attributes: batch.readInt16BE(21),
    maxTimestamp: Number(batch.readBigInt64BE(35)),
    producer: `${batch.readBigInt64BE(43)}/${batch.readInt16BE(51)}/${batch.readInt32BE(53)}`,
    count: batch.readInt32BE(57),
    size: batch.length,
  }
}
