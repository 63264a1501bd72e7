/**
 * Where logs and groups stand, for lists that are sorted by it: all of them are read at most once a second, however many ask.
 * What is shown alone is read when it is asked for, so that everybody sees there what was just done.
 * Nobody reads the logs as long as nobody asks; groups are read for the history of their lag, too.
 */
import { groupBy } from '../base/group-by.ts'
import type { TopicId } from '../base/ids.ts'
import type { ClusterImage, TopicImage } from '../cluster/image.ts'
import type { LogOffsetsAnswer, PartitionQuery } from '../engine/native.ts'
import { type AssignedTopic, readAssignment } from '../groups/classic/assignment.ts'
import type { DescribedGroup, ListedGroup } from '../groups/describe.ts'
import type { FetchedPartition } from '../groups/fetch-offsets.ts'
import { placeOf } from '../handlers/moved-offsets.ts'
import type { GroupReadings, LagHistory, LagSeconds, Reading } from '../history/lag.ts'
import type { Commit } from '../history/traffic.ts'
import type { AdminServices } from './services.ts'

/** How old an answer may be. */
const AGE_MS_MAX = 1000

export interface LogTable {
  /** Undefined for what this broker has no log of. */
  get(topic: TopicId, partition: number): LogOffsetsAnswer | undefined
}

interface Place {
  /** Null where the topic is gone. */
  readonly topicId: TopicId | null
  readonly partition: number
  readonly committed: number
  /** Null where the log cannot be asked, and where the topic is gone. */
  readonly log: LogOffsetsAnswer | null
}

export interface GroupOffset extends Place {
  readonly topic: string
  readonly metadata: string
  /** By how much somebody has moved it since the start. */
  readonly moved: number
  readonly lag: number
  /** Null where it is not known: a log that cannot be asked, or was not watched for long enough. */
  readonly lagSeconds: number | null
}

/** What a group reads and has not committed: how far it is there depends on where its members begin, which only they know. */
export interface WithoutOffset {
  readonly topic: string
  readonly partition: number
  /** Null where the log was not asked, or cannot be. */
  readonly log: LogOffsetsAnswer | null
}

export interface GroupLine extends ListedGroup {
  readonly offsets: readonly GroupOffset[]
  /** Given to a member, or of a topic of which another partition has an offset. */
  readonly withoutOffset: readonly WithoutOffset[]
  /** Of the partitions that have an offset; so is `lagSeconds`. */
  readonly lag: number
  /** Of the partition that is furthest behind. */
  readonly lagSeconds: number | null
  readonly members: number
  readonly protocol: string
  /** With committed offsets. */
  readonly topics: number
}

/** What groups there are of a topic, and how far the one is that lags most. */
export interface TopicReaders {
  readonly groups: readonly string[]
  readonly lag: number
}

export interface GroupTable {
  readonly groups: ReadonlyMap<string, GroupLine>
  readonly readers: ReadonlyMap<string, TopicReaders>
}

export interface Tables {
  logs(): Promise<LogTable>
  /** Of some topics, asked now. */
  logsOf(topics: readonly TopicImage[]): Promise<LogTable>
  groups(): Promise<GroupTable>
  /** Of one group, asked now. */
  groupOf(described: DescribedGroup): Promise<GroupLine>
  /** What groups read and how far they are, for the history of their lag. */
  readings(): Promise<readonly GroupReadings[]>
  /** How far groups are, for what goes out of topics. */
  commits(): Promise<readonly Commit[]>
}

type Services = Pick<AdminServices, 'cluster' | 'groups' | 'engine' | 'clock' | 'moved'>

/** What a group has committed of a topic. */
interface CommittedTopic {
  readonly name: string
  readonly partitions: readonly (Pick<FetchedPartition, 'partition' | 'offset' | 'metadata'> &
    Pick<GroupOffset, 'moved'>)[]
}

export const createTables = (services: Services, lag: Pick<LagHistory, 'secondsOf'>): Tables => {
  const { cluster, groups: coordinator, engine, clock, moved } = services
  const logs = atMostOnceASecond(clock, () => readLogs([...cluster.image().topicsById.values()].flatMap(allOf), engine))
  /** In one go: where a group stands, and what of it were moves. */
  const topicsOf = (groupId: string): readonly CommittedTopic[] =>
    coordinator.fetchOffsets({ groupId, topics: null, byId: false }).topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map((each) => ({ ...each, moved: moved.of(groupId, placeOf(name, each.partition)) })),
    }))
  const placesOf = async (
    image: ClusterImage,
    topics: readonly CommittedTopic[],
    beside: readonly PartitionQuery[] = [],
  ): Promise<Places> => {
    const logs = await readLogs([...topics.flatMap((topic) => committedOf(image, topic)), ...beside], engine)
    const committed = topics.flatMap((topic) => topic.partitions.map((each) => placeIn(image, logs, topic.name, each)))
    return { image, logs, lagSeconds: await lag.secondsOf(committed.flatMap((place) => readingOf(place) ?? [])) }
  }
  const groups = atMostOnceASecond(clock, async () => {
    const image = cluster.image()
    const found = allGroups(services).map((head) => ({ head, topics: topicsOf(head.groupId) }))
    // Of the logs only those that a group has an offset in are asked.
    const places = await placesOf(
      image,
      found.flatMap(({ topics }) => topics),
    )
    return tableOf(found.map(({ head, topics }) => lineOf(head, topics, places)))
  })
  const readings = async (): Promise<readonly GroupReadings[]> =>
    [...(await groups()).groups.values()].map(({ groupId, lag, lagSeconds, offsets }) => ({
      group: groupId,
      lag,
      lagSeconds,
      readings: offsets.flatMap((offset) => readingOf(offset) ?? []),
    }))
  const commits = async (): Promise<readonly Commit[]> =>
    [...(await groups()).groups.values()].flatMap(({ groupId, offsets }) =>
      offsets.flatMap(({ topicId, partition, committed, moved: by }) =>
        topicId === null ? [] : { group: groupId, topic: topicId, partition, committed: committed - by },
      ),
    )
  return {
    logs,
    logsOf: (topics) => readLogs(topics.flatMap(allOf), engine),
    groups,
    async groupOf(described) {
      const image = cluster.image()
      const head = headOf(described)
      const topics = topicsOf(described.groupId)
      const beside = withoutOffset(image, topics, head.assigned).flatMap((place) => queryOf(image, place))
      const places = await placesOf(image, topics, beside)
      return lineOf(head, topics, places)
    },
    readings,
    commits,
  }
}

const atMostOnceASecond = <Value>(
  clock: AdminServices['clock'],
  read: () => Promise<Value>,
): (() => Promise<Value>) => {
  let kept: { readonly at: number; readonly value: Promise<Value> } | undefined
  return () => {
    const now = clock.monotonic()
    if (kept !== undefined && now - kept.at < AGE_MS_MAX) return kept.value
    const value = read()
    kept = { at: now, value }
    // A failure is told to those who wait, and not kept.
    value.catch(() => (kept = undefined))
    return value
  }
}

const allOf = ({ id, partitions }: TopicImage): readonly PartitionQuery[] =>
  partitions.map(({ index }) => ({ topicId: id, partition: index }))

const readLogs = async (asked: readonly PartitionQuery[], engine: AdminServices['engine']): Promise<LogTable> => {
  const answers = await engine.queries.logOffsets([...asked])
  const byTopic = new Map<string, LogOffsetsAnswer[]>()
  asked.forEach(({ topicId, partition }, at) => {
    const answer = answers[at]
    if (answer === undefined) return
    const known = byTopic.get(topicId)
    if (known !== undefined) known[partition] = answer
    else {
      const partitions: LogOffsetsAnswer[] = []
      partitions[partition] = answer
      byTopic.set(topicId, partitions)
    }
  })
  return {
    get: (topic, partition) => {
      const found = byTopic.get(topic)?.[partition]
      return found?.errorCode === 0 ? found : undefined
    },
  }
}

/** What a group has not read: from what it committed, or from the first offset where that is further, to the end. */
export const lagOf = (committed: number, { logStart, highWatermark }: LogOffsetsAnswer): number =>
  Math.max(highWatermark - Math.max(committed, logStart), 0)

interface GroupHead extends Omit<GroupLine, 'offsets' | 'withoutOffset' | 'lag' | 'lagSeconds' | 'topics'> {
  /** To all its members. */
  readonly assigned: readonly AssignedTopic[]
}

const headOf = ({ members, ...described }: DescribedGroup): GroupHead => ({
  ...described,
  type: 'classic',
  members: members.length,
  assigned: members.flatMap(({ assignment }) => readAssignment(assignment) ?? []),
})

const allGroups = ({ groups }: Services): readonly GroupHead[] =>
  groups.list({ states: [], types: [] }).map((listed) => {
    const described = groups.describe(listed.groupId)
    return typeof described === 'string' ? { ...listed, members: 0, protocol: '', assigned: [] } : headOf(described)
  })

/** What tells where groups stand: topics, their logs, and how long ago a log's end was where a group is. */
interface Places {
  readonly image: ClusterImage
  readonly logs: LogTable
  readonly lagSeconds: LagSeconds
}

const lineOf = ({ assigned, ...head }: GroupHead, topics: readonly CommittedTopic[], places: Places): GroupLine => {
  const offsets = topics.flatMap(({ name, partitions }) => partitions.map((each) => groupOffset(places, name, each)))
  return {
    ...head,
    offsets,
    withoutOffset: withoutOffset(places.image, topics, assigned).map((place) => ({
      ...place,
      log: logOf(places, place),
    })),
    lag: sum(offsets.map((each) => each.lag)),
    lagSeconds: furthest(offsets),
    topics: topics.length,
  }
}

const tableOf = (lines: readonly GroupLine[]): GroupTable => {
  const readers = new Map<string, { readonly groups: string[]; lag: number }>()
  for (const { groupId, offsets } of lines) {
    for (const [topic, own] of groupBy(offsets, (each) => each.topic)) {
      noteReader(readers, topic, groupId, sum(own.map((each) => each.lag)))
    }
  }
  return { groups: new Map(lines.map((line) => [line.groupId, line])), readers }
}

const committedOf = (image: ClusterImage, { name, partitions }: CommittedTopic): readonly PartitionQuery[] => {
  const topic = image.topicsByName.get(name)
  return topic === undefined ? [] : partitions.map(({ partition }) => ({ topicId: topic.id, partition }))
}

interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

const withoutOffset = (
  image: ClusterImage,
  topics: readonly CommittedTopic[],
  assigned: readonly AssignedTopic[],
): readonly TopicPartition[] => {
  const committed = new Map(
    topics.map(({ name, partitions }) => [name, new Set(partitions.map(({ partition }) => partition))]),
  )
  const found = new Map<string, Set<number>>()
  const note = (topic: string, partition: number): void => {
    if (committed.get(topic)?.has(partition) === true) return
    const known = found.get(topic)
    if (known === undefined) found.set(topic, new Set([partition]))
    else known.add(partition)
  }
  for (const { name } of topics)
    for (const { index } of image.topicsByName.get(name)?.partitions ?? []) note(name, index)
  for (const { topic, partitions } of assigned) for (const partition of partitions) note(topic, partition)
  return [...found].flatMap(([topic, partitions]) => [...partitions].map((partition) => ({ topic, partition })))
}

const queryOf = (image: ClusterImage, { topic, partition }: TopicPartition): readonly PartitionQuery[] => {
  const found = image.topicsByName.get(topic)
  return found?.partitions[partition] === undefined ? [] : [{ topicId: found.id, partition }]
}

const logOf = ({ image, logs }: Places, { topic, partition }: TopicPartition): LogOffsetsAnswer | null => {
  const found = image.topicsByName.get(topic)
  return (found === undefined ? undefined : logs.get(found.id, partition)) ?? null
}

const noteReader = (
  readers: Map<string, { readonly groups: string[]; lag: number }>,
  topic: string,
  group: string,
  lag: number,
): void => {
  const known = readers.get(topic)
  if (known === undefined) readers.set(topic, { groups: [group], lag })
  else {
    known.groups.push(group)
    known.lag = Math.max(known.lag, lag)
  }
}

const placeIn = (
  image: ClusterImage,
  logs: LogTable,
  topic: string,
  { partition, offset }: CommittedTopic['partitions'][number],
): Place => {
  const topicId = image.topicsByName.get(topic)?.id ?? null
  const log = (topicId === null ? undefined : logs.get(topicId, partition)) ?? null
  return { topicId, partition, committed: offset, log }
}

const groupOffset = (
  { image, logs, lagSeconds }: Places,
  topic: string,
  each: CommittedTopic['partitions'][number],
): GroupOffset => {
  const place = placeIn(image, logs, topic, each)
  const reading = readingOf(place)
  return {
    ...place,
    topic,
    metadata: each.metadata,
    moved: each.moved,
    lag: place.log === null ? 0 : lagOf(each.offset, place.log),
    lagSeconds: reading === null ? null : lagSeconds(reading),
  }
}

/** What was deleted below the log's start nobody can read: it does not count. */
const readingOf = ({ topicId, partition, committed, log }: Place): Reading | null =>
  topicId === null || log === null
    ? null
    : { topic: topicId, partition, committed: Math.max(committed, log.logStart), end: log.highWatermark }

const furthest = (offsets: readonly GroupOffset[]): number | null => {
  const known = offsets.flatMap((each) => each.lagSeconds ?? [])
  return known.length < offsets.length ? null : known.reduce((most, each) => Math.max(most, each), 0)
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
