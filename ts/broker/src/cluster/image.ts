/**
 * The whole cluster as one immutable value: what every handler asks, what the engine serves from, and what decisions
 * are made against. `apply.ts` alone makes a new one; whatever a change did not touch is shared with the image before.
 */
import type { BrokerId, LeaderEpoch, PartitionIndex, TopicId } from '../base/ids.ts'
import { emptyMap, type PersistentMap } from './persistent-map.ts'

export interface Endpoint {
  readonly listener: string
  readonly host: string
  readonly port: number
}

export interface BrokerImage {
  readonly id: BrokerId
  /** The revision that registered it: another one means that it restarted. */
  readonly epoch: number
  readonly rack: string | null
  readonly endpoints: readonly Endpoint[]
}

export interface PartitionImage {
  readonly index: PartitionIndex
  /** NO_LEADER while no replica may lead. */
  readonly leader: BrokerId
  readonly leaderEpoch: LeaderEpoch
  /** Grows with every change of this partition, its leader's or not. */
  readonly partitionEpoch: number
  readonly replicas: readonly BrokerId[]
  readonly isr: readonly BrokerId[]
  readonly elr: readonly BrokerId[]
}

export interface TopicImage {
  readonly id: TopicId
  readonly name: string
  readonly internal: boolean
  /** What was set on this topic itself; `configs/resolve.ts` adds the rest. */
  readonly configs: ConfigOverrides
  /** At position i lies partition i. */
  readonly partitions: readonly PartitionImage[]
}

export type ConfigOverrides = ReadonlyMap<string, string>

/** What other than a topic can carry configs. A topic carries its own, so that they go with it. */
export type ConfigResourceType = 'broker' | 'group' | 'client-metrics'

export interface ClusterImage {
  /** Of the metadata store; images with a higher one are newer. */
  readonly revision: number
  readonly clusterId: string
  readonly controllerId: BrokerId
  readonly brokers: ReadonlyMap<BrokerId, BrokerImage>
  /** How often each broker has started. */
  readonly starts: ReadonlyMap<BrokerId, number>
  readonly topicsByName: PersistentMap<TopicImage>
  readonly topicsById: PersistentMap<TopicImage>
  /** Names that hold a dot or an underscore, under their collision key (`topics/names.ts`). */
  readonly collidingNames: PersistentMap<readonly string[]>
  /** Keyed by `configKey`. The broker of no name holds the defaults of the whole cluster. */
  readonly configs: PersistentMap<ConfigOverrides>
  /** The first producer id that no block covers yet. */
  readonly nextProducerId: number
  readonly accounts: ReadonlyMap<string, Account>
  /** Filters of messages, by the name that somebody gave them. */
  readonly filters: ReadonlyMap<string, SavedFilter>
}

/** Who may log in to the console. */
export interface Account {
  /** A role of the admin API. */
  readonly role: string
  /** Of the password, with the way it was made. */
  readonly hash: string
}

export interface SavedFilter {
  /** One that `browse/filter.ts` knows. */
  readonly language: string
  readonly expression: string
}

export const NO_LEADER = -1 as BrokerId
export const NO_CONFIGS: ConfigOverrides = new Map()

export const configKey = (type: ConfigResourceType, name: string): string => `${type}/${name}`

export const configsOf = (image: ClusterImage, type: ConfigResourceType, name: string): ConfigOverrides =>
  image.configs.get(configKey(type, name)) ?? NO_CONFIGS

/** What of this type has configs. */
export const configNames = (image: ClusterImage, type: ConfigResourceType): readonly string[] =>
  [...image.configs.keys()].flatMap((key) => (key.startsWith(`${type}/`) ? [key.slice(type.length + 1)] : []))

export const partitionOf = (image: ClusterImage, topic: string, index: number): PartitionImage | undefined =>
  image.topicsByName.get(topic)?.partitions[index]

export const emptyImage: ClusterImage = {
  revision: 0,
  clusterId: '',
  controllerId: NO_LEADER,
  brokers: new Map(),
  starts: new Map(),
  topicsByName: emptyMap(),
  topicsById: emptyMap(),
  collidingNames: emptyMap(),
  configs: emptyMap(),
  nextProducerId: 0,
  accounts: new Map(),
  filters: new Map(),
}
