/** What of a running broker tells whether it is well, read from memory. */
import type { ClusterImage } from '../cluster/image.ts'
import type { Vitals } from './health.ts'
import { countPartitions, type PartitionCounts } from './problems.ts'
import type { AdminServices } from './services.ts'

export type PartitionCounter = (image: ClusterImage) => PartitionCounts

/** Counted once per image: with 100,000 partitions it takes milliseconds. */
export const createPartitionCounts = (): PartitionCounter => {
  let counted: { readonly image: ClusterImage; readonly counts: PartitionCounts } | undefined
  return (image) => {
    if (counted?.image !== image) counted = { image, counts: countPartitions(image) }
    return counted.counts
  }
}

export const readVitals = (
  { cluster, engine, canary }: Pick<AdminServices, 'cluster' | 'engine' | 'canary'>,
  counts: PartitionCounter,
): Vitals => {
  const rooms = engine.rooms()
  return {
    directories: rooms.length,
    failures: engine.failures(),
    rooms,
    ...counts(cluster.image()),
    rangesLost: engine.stats().get('store.ranges.lost') ?? 0,
    canary: canary?.figures() ?? null,
  }
}
