/**
 * Image and changes to the next image: the only place where cluster state changes, live and at start alike. Whatever
 * a commit does not touch is shared with the image before; a topic is copied once per commit, however many of its
 * partitions change.
 */
import { assert, unreachable } from '../base/errors.ts'
import { partitionIndex, type BrokerId, type LeaderEpoch, type PartitionIndex, type TopicId } from '../base/ids.ts'
import {
  type Account,
  configKey,
  emptyImage,
  NO_CONFIGS,
  NO_LEADER,
  type BrokerImage,
  type ClusterImage,
  type ConfigOverrides,
  type PartitionImage,
  type SavedFilter,
  type TopicImage,
} from './image.ts'
import { epochNow, epochsBetween } from './leaders.ts'
import { decodeChange, refersToTopic, type Change, type ConfigRecord, type PartitionDraft } from './records.ts'
import type { Commit, Snapshot } from './store/store.ts'
import { collisionKey, isInternalTopic } from './topic-names.ts'

export const applyCommit = (image: ClusterImage, { revision, changes }: Commit): ClusterImage =>
  applyChanges(
    image,
    revision,
    changes.map(({ key, value }) => decodeChange(key, value)),
  )

/**
 * The image that a snapshot holds; keys of a snapshot have no order that means anything. Each record is decoded as it is
 * applied: with 100,000 of them, what is only needed for a moment must not live to be copied by the garbage collector.
 */
export const loadImage = ({ revision, entries }: Snapshot): ClusterImage => {
  const draft = createDraft(emptyImage, revision)
  for (const later of [false, true]) {
    for (const { key, value } of entries) if (refersToTopic(key) === later) applyChange(draft, decodeChange(key, value))
  }
  return finish(draft)
}

export const applyChanges = (image: ClusterImage, revision: number, changes: readonly Change[]): ClusterImage => {
  const draft = createDraft(image, revision)
  for (const change of changes) applyChange(draft, change)
  return finish(draft)
}

interface TopicDraft {
  readonly id: TopicId
  readonly name: string
  configs: ConfigOverrides
  readonly partitions: (PartitionImage | undefined)[]
}

interface Draft {
  readonly base: ClusterImage
  readonly revision: number
  clusterId: string
  nextProducerId: number
  /** A copy from the first change on. */
  brokers: ReadonlyMap<BrokerId, BrokerImage>
  starts: ReadonlyMap<BrokerId, number>
  accounts: ReadonlyMap<string, Account>
  filters: ReadonlyMap<string, SavedFilter>
  readonly configs: Map<string, ConfigOverrides | undefined>
  /** Undefined for a topic that this commit removes. */
  readonly topics: Map<TopicId, TopicDraft | undefined>
}

const createDraft = (base: ClusterImage, revision: number): Draft => ({
  base,
  revision,
  clusterId: base.clusterId,
  nextProducerId: base.nextProducerId,
  brokers: base.brokers,
  starts: base.starts,
  accounts: base.accounts,
  filters: base.filters,
  configs: new Map(),
  topics: new Map(),
})

const applyChange = (draft: Draft, change: Change): void => {
  switch (change.kind) {
    case 'cluster':
      draft.clusterId = change.record?.clusterId ?? ''
      return
    case 'broker': {
      const brokers = new Map(draft.brokers)
      if (change.record === null) brokers.delete(change.broker)
      else brokers.set(change.broker, { id: change.broker, epoch: draft.revision, ...change.record })
      draft.brokers = brokers
      return
    }
    case 'starts': {
      const count = change.record?.count ?? 0
      enterEpochs(draft, change.broker, epochsBetween(draft.starts.get(change.broker) ?? 0, count))
      draft.starts = new Map([...draft.starts, [change.broker, count]])
      return
    }
    case 'topic':
      if (change.record === null) draft.topics.set(change.topic, undefined)
      else draft.topics.set(change.topic, newTopic(change.topic, change.record.name))
      return
    case 'topic-name':
      return // It guards creation; the image finds names through its topics.
    case 'partition': {
      const partitions = topicDraft(draft, change.topic)?.partitions
      assert(partitions !== undefined || change.record === null, `partition ${change.index} has a topic`)
      if (partitions === undefined || change.record === null) return // Partitions go with their topic, never alone.
      partitions[change.index] = partitionImage(draft, change.index, change.record)
      return
    }
    case 'topic-config': {
      const topic = topicDraft(draft, change.topic)
      if (topic !== undefined) topic.configs = overrides(change.record)
      return
    }
    case 'config':
      draft.configs.set(
        configKey(change.type, change.name),
        change.record === null ? undefined : overrides(change.record),
      )
      return
    case 'producer-ids':
      draft.nextProducerId = change.record?.next ?? 0
      return
    case 'account':
      draft.accounts = withRecord(draft.accounts, change.name, change.record)
      return
    case 'filter':
      draft.filters = withRecord(draft.filters, change.name, change.record)
      return
    default:
      unreachable(change)
  }
}

const withRecord = <Kept>(
  before: ReadonlyMap<string, Kept>,
  name: string,
  record: Kept | null,
): ReadonlyMap<string, Kept> => {
  const next = new Map(before)
  if (record === null) next.delete(name)
  else next.set(name, record)
  return next
}

const newTopic = (id: TopicId, name: string): TopicDraft => ({ id, name, configs: NO_CONFIGS, partitions: [] })

const topicDraft = (draft: Draft, id: TopicId): TopicDraft | undefined => {
  if (draft.topics.has(id)) return draft.topics.get(id)
  const topic = draft.base.topicsById.get(id)
  if (topic === undefined) return undefined
  const copy = { id, name: topic.name, configs: topic.configs, partitions: [...topic.partitions] }
  draft.topics.set(id, copy)
  return copy
}

/** What `leader` leads it leads so many epochs later. */
const enterEpochs = (draft: Draft, leader: BrokerId, epochs: number): void => {
  for (const id of new Set([...(draft.base.topicsById.keys() as Iterable<TopicId>), ...draft.topics.keys()])) {
    const partitions = topicDraft(draft, id)?.partitions ?? []
    for (const [at, partition] of partitions.entries()) {
      if (partition?.leader !== leader) continue
      partitions[at] = { ...partition, leaderEpoch: (partition.leaderEpoch + epochs) as LeaderEpoch }
    }
  }
}

const partitionImage = (draft: Draft, index: PartitionIndex, record: PartitionDraft): PartitionImage => {
  // Records hold plain numbers; here they become what they stand for.
  const replicas = record.replicas as readonly BrokerId[]
  const isr = record.isr as readonly BrokerId[]
  const leader = record.leader as BrokerId
  return {
    index,
    leader,
    leaderEpoch: epochNow(draft.starts, leader, record.leaderEpoch, record.starts ?? 0),
    partitionEpoch: record.partitionEpoch,
    replicas,
    // Nearly always the same list; with 100,000 partitions two arrays each would be seen in the heap.
    isr: sameIds(replicas, isr) ? replicas : isr,
    elr: record.elr.length === 0 ? NO_BROKERS : (record.elr as readonly BrokerId[]),
  }
}

const NO_BROKERS: readonly BrokerId[] = []

const sameIds = (a: readonly BrokerId[], b: readonly BrokerId[]): boolean =>
  a.length === b.length && a.every((id, at) => id === b[at])

const overrides = (record: ConfigRecord | null): ConfigOverrides =>
  record === null ? NO_CONFIGS : new Map(record.configs.map(({ name, value }) => [name, value]))

const finish = (draft: Draft): ClusterImage => {
  const { base } = draft
  const byId: [string, TopicImage | undefined][] = []
  const byName: [string, TopicImage | undefined][] = []
  const colliding = new Map<string, readonly string[] | undefined>()
  const namesLike = (key: string): readonly string[] =>
    (colliding.has(key) ? colliding.get(key) : base.collidingNames.get(key)) ?? []
  // Removals first: a commit may remove a topic and make another one of the same name.
  for (const [id, topic] of draft.topics) {
    const before = base.topicsById.get(id)
    if (topic !== undefined || before === undefined) continue
    byId.push([id, undefined])
    byName.push([before.name, undefined])
    const key = collisionKey(before.name)
    const left = namesLike(key).filter((name) => name !== before.name)
    colliding.set(key, left.length === 0 ? undefined : left)
  }
  for (const topic of draft.topics.values()) {
    if (topic === undefined) continue
    const image = topicImage(topic)
    byId.push([topic.id, image])
    byName.push([topic.name, image])
    const key = collisionKey(topic.name)
    const names = namesLike(key)
    if (hasCollisionCharacter(topic.name) && !names.includes(topic.name)) colliding.set(key, [...names, topic.name])
  }
  return {
    revision: draft.revision,
    clusterId: draft.clusterId,
    controllerId: draft.brokers.has(base.controllerId) ? base.controllerId : lowestId(draft.brokers),
    brokers: draft.brokers,
    starts: draft.starts,
    topicsById: base.topicsById.with(byId),
    topicsByName: base.topicsByName.with(byName),
    collidingNames: base.collidingNames.with(colliding),
    configs: base.configs.with(draft.configs),
    nextProducerId: draft.nextProducerId,
    accounts: draft.accounts,
    filters: draft.filters,
  }
}

const hasCollisionCharacter = (name: string): boolean => name.includes('.') || name.includes('_')

const topicImage = ({ id, name, configs, partitions }: TopicDraft): TopicImage => ({
  id,
  name,
  internal: isInternalTopic(name),
  configs,
  partitions: Array.from(partitions, (partition, index) => {
    assert(partition !== undefined, `topic ${name} has partition ${partitionIndex(index)}`)
    return partition
  }),
})

const lowestId = (brokers: ReadonlyMap<BrokerId, BrokerImage>): BrokerId =>
  [...brokers.keys()].reduce((lowest, id) => (lowest === NO_LEADER || id < lowest ? id : lowest), NO_LEADER)
