/** What the compatible sets are written from: read once for both. */
import type { ClusterImage } from '../../cluster/image.ts'
import type { OfflineCounts } from '../problems.ts'
import type { GroupTable } from '../tables.ts'
import type { PartitionLines } from './partitions.ts'

export interface MetricState extends PartitionLines {
  readonly image: ClusterImage
  readonly broker: number
  readonly stats: ReadonlyMap<string, number>
  readonly groups: GroupTable
  readonly failedDirectories: number
  readonly offline: OfflineCounts
  /** `metrics.partitions.max`. */
  readonly cap: number
}

/** Lets others run: one family of 10,000 series is written in milliseconds, all of them together are not. */
export type Breathe = () => Promise<void>
