/** Everything a handler may use. Built once, in `node.ts`; a handler takes what it needs and nothing reaches around it. */
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Groups } from '../groups/groups.ts'

export interface Services {
  readonly cluster: Cluster
  readonly groups: Groups
  readonly clock: Clock
  readonly logger: Logger
}
