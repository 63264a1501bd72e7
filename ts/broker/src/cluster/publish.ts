/**
 * Image differences to the engine, which serves Metadata, Produce and Fetch from what it was told last. A topic is
 * sent whole whenever anything of it changed; what both images share is never looked at.
 */
import type { BrokerId } from '../base/ids.ts'
import type { ImageCluster, ImageDelta, ImagePartition, ImageTopic } from '../engine/native.ts'
import { advertisedApis } from '../messages/index.ts'
import type { Actor } from './actor.ts'
import type { BrokerConfigs } from './broker-configs.ts'
import type { ClusterImage, PartitionImage, TopicImage } from './image.ts'
import { logConfig } from './log-config.ts'

/** There are no features to agree on yet, so no version of them is known. */
const FEATURES_EPOCH_UNKNOWN = -1

export type Publish = (before: ClusterImage, next: ClusterImage, by: Actor | null) => void

/** `send` returns once the engine serves what it was given. */
export const createPublisher = (configs: BrokerConfigs, send: (delta: ImageDelta) => void): Publish => {
  let served: ClusterImage | undefined
  let needsAll = true
  return (before, next) => {
    // What an image took away that the engine refused is still there, though no later image knows of it.
    const delta = difference(needsAll, served ?? before, next, configs)
    needsAll = true // Until the engine has taken this one.
    send(delta)
    served = next
    needsAll = false
  }
}

/** Tells each in turn, also when one of them throws; what the first one threw is thrown in the end. */
export const publishToAll =
  (publishers: readonly Publish[]): Publish =>
  (before, next, by) => {
    const thrown: unknown[] = []
    for (const publish of publishers) {
      try {
        publish(before, next, by)
      } catch (error) {
        thrown.push(error)
      }
    }
    if (thrown.length > 0) throw thrown[0]
  }

const difference = (
  needsAll: boolean,
  before: ClusterImage,
  next: ClusterImage,
  configs: BrokerConfigs,
): ImageDelta => {
  const brokersChanged = before.brokers !== next.brokers
  const configsChanged = before.configs !== next.configs
  const clusterChanged =
    needsAll ||
    brokersChanged ||
    configsChanged ||
    before.clusterId !== next.clusterId ||
    before.controllerId !== next.controllerId
  // Which replicas are offline, and what topics inherit, may be another for every topic.
  const ids =
    needsAll || brokersChanged || configsChanged
      ? allTopics(before, next)
      : before.topicsById.changedKeys(next.topicsById)
  const topics: ImageTopic[] = []
  const removedTopics: string[] = []
  for (const id of ids) {
    const topic = next.topicsById.get(id)
    if (topic === undefined) removedTopics.push(id)
    else topics.push(imageTopic(next, topic, configs))
  }
  const delta = { version: next.revision, topics, removedTopics }
  return clusterChanged ? { ...delta, cluster: imageCluster(next, configs) } : delta
}

const allTopics = (before: ClusterImage, next: ClusterImage): ReadonlySet<string> =>
  new Set([...before.topicsById.keys(), ...next.topicsById.keys()])

const imageCluster = (image: ClusterImage, configs: BrokerConfigs): ImageCluster => {
  const values = configs.values(image)
  return {
    clusterId: image.clusterId,
    controllerId: image.controllerId,
    brokers: [...image.brokers.values()].map(({ id, rack, endpoints }) => ({
      id,
      ...(rack === null ? {} : { rack }),
      endpoints: [...endpoints],
    })),
    apis: [...advertisedApis],
    features: [],
    featuresEpoch: FEATURES_EPOCH_UNKNOWN,
    autoCreateTopics: values['auto.create.topics.enable'],
    fetchBytesMax: values['fetch.max.bytes'],
  }
}

export const imageTopic = (image: ClusterImage, topic: TopicImage, configs: BrokerConfigs): ImageTopic => ({
  id: topic.id,
  name: topic.name,
  internal: topic.internal,
  config: logConfig(configs.topic(image, topic.configs)),
  partitions: topic.partitions.map((partition) => imagePartition(image, partition)),
})

const imagePartition = (
  image: ClusterImage,
  { leader, leaderEpoch, replicas, isr }: PartitionImage,
): ImagePartition => ({
  leader,
  leaderEpoch,
  replicas: [...replicas],
  isr: [...isr],
  offline: offlineReplicas(image, replicas),
})

const offlineReplicas = (image: ClusterImage, replicas: readonly BrokerId[]): BrokerId[] =>
  replicas.filter((replica) => !image.brokers.has(replica))
