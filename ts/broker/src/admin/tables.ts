/**
 * Where all logs and all groups stand, for lists that are sorted by it: read at most once a second, however many ask, and
 * by nobody as long as nobody asks.
 */
import type { TopicId } from '../base/ids.ts'
import type { ClusterImage, TopicImage } from '../cluster/image.ts'
import type { LogOffsetsAnswer } from '../engine/native.ts'
import type { ListedGroup } from '../groups/describe.ts'
import type { AdminServices } from './services.ts'

/** How old an answer may be. */
const AGE_MS_MAX = 1000

export interface LogTable {
  /** Undefined for what this broker has no log of. */
  get(topic: TopicId, partition: number): LogOffsetsAnswer | undefined
}

export interface GroupOffset {
  readonly topic: string
  readonly partition: number
  readonly committed: number
  readonly metadata: string
  /** Null where the log cannot be asked, and where the topic is gone. */
  readonly log: LogOffsetsAnswer | null
  readonly lag: number
}

export interface GroupLine extends ListedGroup {
  readonly offsets: readonly GroupOffset[]
  readonly lag: number
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
  groups(): Promise<GroupTable>
}

export const createTables = (services: Pick<AdminServices, 'cluster' | 'groups' | 'engine' | 'clock'>): Tables => {
  const { cluster, groups, engine, clock } = services
  const logs = atMostOnceASecond(clock, () => readLogs(cluster.image(), engine))
  const table = atMostOnceASecond(clock, async () => readGroups(cluster.image(), groups, await logs()))
  return { logs, groups: table }
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

const readLogs = async (image: ClusterImage, engine: AdminServices['engine']): Promise<LogTable> => {
  const topics = [...image.topicsById.values()]
  const queries = topics.flatMap(({ id, partitions }) =>
    partitions.map(({ index }) => ({ topicId: id, partition: index })),
  )
  const answers = await engine.queries.logOffsets(queries)
  const byTopic = new Map<TopicId, readonly LogOffsetsAnswer[]>()
  let from = 0
  for (const { id, partitions } of topics) {
    byTopic.set(id, answers.slice(from, from + partitions.length))
    from += partitions.length
  }
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

const readGroups = (image: ClusterImage, groups: AdminServices['groups'], logs: LogTable): GroupTable => {
  const lines = new Map<string, GroupLine>()
  const readers = new Map<string, { readonly groups: string[]; lag: number }>()
  for (const listed of groups.list({ states: [], types: [] })) {
    const { topics } = groups.fetchOffsets({ groupId: listed.groupId, topics: null, byId: false })
    const offsets: GroupOffset[] = []
    for (const { name, partitions } of topics) {
      const topic = image.topicsByName.get(name)
      const own = partitions.map((each) => groupOffset(logs, topic, name, each))
      const lag = sum(own.map((each) => each.lag))
      offsets.push(...own)
      const known = readers.get(name)
      if (known === undefined) readers.set(name, { groups: [listed.groupId], lag })
      else {
        known.groups.push(listed.groupId)
        known.lag = Math.max(known.lag, lag)
      }
    }
    const described = groups.describe(listed.groupId)
    lines.set(listed.groupId, {
      ...listed,
      offsets,
      lag: sum(offsets.map((each) => each.lag)),
      topics: topics.length,
      ...(typeof described === 'string'
        ? { members: 0, protocol: '' }
        : { members: described.members.length, protocol: described.protocol }),
    })
  }
  return { groups: lines, readers }
}

const groupOffset = (
  logs: LogTable,
  topic: TopicImage | undefined,
  name: string,
  { partition, offset, metadata }: { readonly partition: number; readonly offset: number; readonly metadata: string },
): GroupOffset => {
  const log = (topic === undefined ? undefined : logs.get(topic.id, partition)) ?? null
  return { topic: name, partition, committed: offset, metadata, log, lag: log === null ? 0 : lagOf(offset, log) }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
