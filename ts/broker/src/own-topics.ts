/** How the broker is wired to the topics that it keeps for itself: those of the audit list and of the canary. */
import { createKept, type Kept } from './audit/kept.ts'
import type { Clock } from './base/clock.ts'
import { BrokerError } from './base/errors.ts'
import { type BrokerId, randomTopicId, type TopicId } from './base/ids.ts'
import type { Logger } from './base/logger.ts'
import { type Canary, startCanary } from './canary/canary.ts'
import type { BrokerConfigs } from './cluster/broker-configs.ts'
import type { Cluster } from './cluster/cluster.ts'
import type { ClusterImage } from './cluster/image.ts'
import { AUDIT_TOPIC, CANARY_TOPIC } from './cluster/topic-names.ts'
import type { BrokerValues } from './configs/definitions.ts'
import { isEveryInterface } from './configs/listeners.ts'
import type { Engine } from './engine/engine.ts'
import type { ListenerAddress } from './engine/native.ts'
import { createRecords, type LedPartition } from './engine/records.ts'
import { ensureInternalTopic } from './topics/automatic.ts'
import { errorName } from './wire/errors.ts'

interface OwnTopics {
  readonly cluster: Cluster
  readonly configs: BrokerConfigs
  readonly clock: Clock
  readonly logger: Logger
}

/** Where a partition of an internal topic stands; undefined while this broker does not lead it. */
export const ledPartition = (
  image: ClusterImage,
  name: string,
  partition: number,
  broker: BrokerId,
): LedPartition | undefined => {
  const topic = image.topicsByName.get(name)
  const placed = topic?.partitions[partition]
  if (topic === undefined || placed?.leader !== broker) return undefined
  return { topicId: topic.id, leaderEpoch: placed.leaderEpoch }
}

/** Where the audit list outlasts the process. */
export const keptAudit = ({ cluster, configs, clock, logger }: OwnTopics, engine: Engine): Kept => {
  const led = (partition: number) => ledPartition(cluster.image(), AUDIT_TOPIC, partition, cluster.brokerId)
  return createKept({
    records: createRecords(engine, led),
    extent: async () => {
      const found = led(0)
      if (found === undefined) return null
      const [log] = await engine.queries.logOffsets([{ topicId: found.topicId, partition: 0 }])
      if (log === undefined || log.errorCode !== 0) throw new BrokerError(errorName(log?.errorCode ?? -1))
      return { first: log.logStart, end: log.highWatermark }
    },
    ensureTopic: () => ensureInternalTopic(cluster, configs, randomTopicId, AUDIT_TOPIC),
    clock,
    logger,
  })
}

/** Over the first listener, as clients come; null where it is off. A broker that only shows what it has sends nothing of its own. */
export const ownCanary = (
  { cluster, configs, clock, logger }: OwnTopics,
  values: BrokerValues,
  [listener]: readonly ListenerAddress[],
): Canary | null => {
  if (!values['canary.enable'] || values['admin.read.only'] || listener === undefined) return null
  const { host, port } = listener
  const near = isEveryInterface(host) ? (host.includes(':') ? '::1' : '127.0.0.1') : host
  const topic = async (): Promise<TopicId> => {
    await ensureInternalTopic(cluster, configs, randomTopicId, CANARY_TOPIC)
    const found = cluster.image().topicsByName.get(CANARY_TOPIC)
    if (found === undefined) throw new BrokerError('UNKNOWN_TOPIC_OR_PARTITION')
    return found.id
  }
  return startCanary({ address: { host: near, port }, topic, clock, logger })
}
