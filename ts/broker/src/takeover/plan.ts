/**
 * What becomes of foreign data directories, decided before anything is changed: which topics they bring with which partitions,
 * what is left out, and what forbids to take them.
 */
import { randomTopicId, type TopicId } from '../base/ids.ts'
import { isCoordinatorTopic, isInternalTopic } from '../cluster/topic-names.ts'
import { findDefinition } from '../configs/definitions.ts'
import { type DataDirectory, type FoundPartition, nameOf, olderSegment } from './data-directory.ts'
import { type KafkaConfigs, type KafkaMetadata, type KafkaTopic, readMetadata } from './metadata.ts'
import { readMetadataLog } from './metadata-log.ts'

export interface TakenPartition {
  readonly index: number
  /** Of the last leader. */
  readonly leaderEpoch: number
  /** Null where no replica lies here: the partition begins empty. */
  readonly found: FoundPartition | null
}

export interface TakenTopic {
  readonly id: TopicId
  readonly name: string
  readonly configs: ReadonlyMap<string, string>
  /** From 0 on, none missing. */
  readonly partitions: readonly TakenPartition[]
}

export interface Plan {
  readonly topics: readonly TakenTopic[]
  readonly configs: readonly KafkaConfigs[]
  readonly nextProducerId: number
  /** What is not taken as it was, a sentence each. */
  readonly notes: readonly string[]
  /** Why nothing is taken, a sentence each; none when all is well. */
  readonly refusals: readonly string[]
}

/** Where no config is known, nothing is to be deleted for its age or size. */
const KEEP_ALL: ReadonlyMap<string, string> = new Map([
  ['retention.ms', '-1'],
  ['retention.bytes', '-1'],
])

/** The metadata in the first of the directories that has it. */
export const metadataIn = (directories: readonly string[]): KafkaMetadata | null => {
  for (const path of directories) {
    const frames = readMetadataLog(path)
    if (frames !== null) return readMetadata(frames)
  }
  return null
}

/** `metadata` is null where the directories come without. */
export const planTakeover = (directories: readonly DataDirectory[], metadata: KafkaMetadata | null): Plan => {
  const notes: string[] = []
  const refusals: string[] = []
  const found = new Map<string, FoundPartition[]>()
  for (const partition of directories.flatMap(({ partitions }) => partitions)) {
    const others = found.get(partition.topic) ?? []
    if (others.some(({ index }) => index === partition.index))
      refusals.push(`${nameOf(partition)} lies in two directories`)
    found.set(partition.topic, [...others, partition])
    const older = olderSegment(partition)
    if (older !== null) {
      refusals.push(
        `${older.path} holds messages of format ${older.magic}, from before Kafka 0.11, which are not read here`,
      )
    }
  }
  const leftOut = directories.flatMap((directory) => directory.leftOut)
  if (leftOut.length > 0) notes.push(`passed over, as deleted, set aside or moving: ${some(leftOut)}`)

  const topics = metadata === null ? withoutMetadata(found, notes) : withMetadata(found, metadata, directories, notes)
  const checked = topics.map((topic) => ({ ...topic, configs: knownConfigs(topic, notes, refusals) }))
  const inheriting = checked.filter(({ name, configs }) => !isInternalTopic(name) && !configs.has('retention.ms'))
  if (inheriting.length > 0)
    notes.push(`topics without retention.ms keep what log.retention of this broker says: ${inheriting.length}`)
  for (const [sort, count] of metadata?.leftOut ?? [])
    notes.push(`${sort}: ${count} records of metadata are not taken over`)
  return {
    topics: checked,
    configs: metadata?.configs ?? [],
    nextProducerId: metadata?.nextProducerId ?? 0,
    notes,
    refusals,
  }
}

const withoutMetadata = (found: ReadonlyMap<string, readonly FoundPartition[]>, notes: string[]): TakenTopic[] => {
  if (found.size > 0)
    notes.push('there is no __cluster_metadata: configs are not known, so retention is off for every topic')
  return [...found].map(([name, partitions]) => {
    const byIndex = new Map(partitions.map((partition) => [partition.index, partition]))
    const count = Math.max(...byIndex.keys()) + 1
    const topic = {
      id: partitions.find(({ topicId }) => topicId !== null)?.topicId ?? randomTopicId(),
      name,
      configs: isCoordinatorTopic(name) ? new Map([...KEEP_ALL, ['cleanup.policy', 'compact']]) : KEEP_ALL,
      partitions: Array.from({ length: count }, (_, index) => ({
        index,
        leaderEpoch: -1,
        found: byIndex.get(index) ?? null,
      })),
    }
    tellOfMissing(topic, notes)
    return topic
  })
}

const withMetadata = (
  found: ReadonlyMap<string, readonly FoundPartition[]>,
  metadata: KafkaMetadata,
  directories: readonly DataDirectory[],
  notes: string[],
): TakenTopic[] => {
  const nodes = new Set(directories.map(({ nodeId }) => nodeId))
  const lieHere = ({ partitions }: KafkaTopic): boolean =>
    [...partitions.values()].some(({ replicas }) => replicas.some((replica) => nodes.has(replica)))
  const known = new Map(metadata.topics.map((topic) => [topic.id, topic]))
  const strangers = [...found.values()]
    .flat()
    .filter(({ topic, topicId }) => topicId !== null && known.get(topicId)?.name !== topic)
  if (strangers.length > 0) notes.push(`left out, of topics that were deleted: ${some(strangers.map(nameOf))}`)

  const elsewhere: string[] = []
  const topics = metadata.topics.flatMap((topic): TakenTopic[] => {
    const here = (found.get(topic.name) ?? []).filter(({ topicId }) => topicId === null || topicId === topic.id)
    if (here.length === 0 && !lieHere(topic)) {
      elsewhere.push(topic.name)
      return []
    }
    const byIndex = new Map(here.map((partition) => [partition.index, partition]))
    const taken = {
      id: topic.id,
      name: topic.name,
      configs: topic.configs,
      partitions: Array.from({ length: topic.partitions.size }, (_, index) => ({
        index,
        leaderEpoch: topic.partitions.get(index)?.leaderEpoch ?? -1,
        found: byIndex.get(index) ?? null,
      })),
    }
    tellOfMissing(taken, notes)
    return [taken]
  })
  if (elsewhere.length > 0) notes.push(`left out, as no replica of them lies here: ${some(elsewhere)}`)
  return topics
}

const tellOfMissing = ({ name, partitions }: TakenTopic, notes: string[]): void => {
  const missing = partitions.filter(({ found }) => found === null).map(({ index }) => String(index))
  if (missing.length > 0) notes.push(`${name}: partitions ${some(missing)} do not lie here and begin empty`)
}

/** Those that have a meaning here. What lies in remote storage is not taken. */
const knownConfigs = (
  { name, configs }: TakenTopic,
  notes: string[],
  refusals: string[],
): ReadonlyMap<string, string> => {
  if (configs.get('remote.storage.enable')?.toLowerCase() === 'true') {
    refusals.push(`${name} has records in remote storage, which are not read here`)
  }
  const isKnown = ([key, value]: readonly [string, string]): boolean =>
    findDefinition('topic', key)?.read(value).ok === true
  const unknown = [...configs].filter((entry) => !isKnown(entry)).map(([key]) => key)
  if (unknown.length > 0) notes.push(`${name}: configs that are not known here are left out: ${some(unknown)}`)
  return new Map([...configs].filter(isKnown))
}

const NAMED_MAX = 20

const some = (names: readonly string[]): string =>
  names.length <= NAMED_MAX
    ? names.join(', ')
    : `${names.slice(0, NAMED_MAX).join(', ')} and ${names.length - NAMED_MAX} more`
