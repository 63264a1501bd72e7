/** Everything a handler may use. Built once, in `node.ts`; a handler takes what it needs and nothing reaches around it. */
import type { Clock } from '../base/clock.ts'
import type { TopicId } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import type { BrokerConfigs } from '../cluster/broker-configs.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { ProducerIds } from '../cluster/producer-ids.ts'
import type { Queries } from '../engine/queries.ts'
import type { Groups } from '../groups/groups.ts'

export interface Services {
  readonly cluster: Cluster
  readonly configs: BrokerConfigs
  readonly groups: Groups
  /** Questions to the logs of this broker. */
  readonly queries: Queries
  readonly producerIds: ProducerIds
  readonly newTopicId: () => TopicId
  readonly clock: Clock
  readonly logger: Logger
}
