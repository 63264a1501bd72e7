/** What routes share. */
import type { Auth } from '../auth.ts'
import type { Running } from '../live.ts'
import type { BrokerStatus } from '../status.ts'
import type { PartitionCounter } from '../vitals.ts'

export interface RouteContext extends Running {
  readonly auth: Auth
  readonly counts: PartitionCounter
  readonly status: () => BrokerStatus
}
