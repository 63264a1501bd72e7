/** What of a running broker tells whether it is well, read from memory. */
import type { ClusterImage } from '../cluster/image.ts'
import { NO_LEADER } from '../cluster/image.ts'
import type { Vitals } from './health.ts'
import type { AdminServices } from './services.ts'

export interface PartitionCounts {
  readonly partitions: number
  readonly leaderless: number
  readonly underReplicated: number
}

export type PartitionCounter = (image: ClusterImage) => PartitionCounts

/** Counted once per image: with 100,000 partitions it takes milliseconds. */
export const createPartitionCounts = (): PartitionCounter => {
  let counted: { readonly image: ClusterImage; readonly counts: PartitionCounts } | undefined
  return (image) => {
    if (counted?.image !== image) counted = { image, counts: count(image) }
    return counted.counts
  }
}

const count = (image: ClusterImage): PartitionCounts => {
  let [partitions, leaderless, underReplicated] = [0, 0, 0]
  for (const topic of image.topicsById.values()) {
    for (const { leader, isr, replicas } of topic.partitions) {
      partitions += 1
      if (leader === NO_LEADER) leaderless += 1
      if (isr.length < replicas.length) underReplicated += 1
    }
  }
  return { partitions, leaderless, underReplicated }
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
