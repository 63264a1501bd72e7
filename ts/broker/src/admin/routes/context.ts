/** What routes share. */
import type { ClusterImage } from '../../cluster/image.ts'
import type { Auth } from '../auth.ts'
import type { AdminServices } from '../services.ts'
import type { BrokerState } from '../status.ts'
import type { Tables } from '../tables.ts'
import type { PartitionCounts } from '../vitals.ts'

export interface RouteContext {
  readonly services: AdminServices
  readonly tables: Tables
  readonly auth: Auth
  readonly counts: (image: ClusterImage) => PartitionCounts
  readonly state: () => BrokerState
}
