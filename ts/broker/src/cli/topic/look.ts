// `millrace topic list` and `describe`.
import { matchesGlob } from '../../base/glob.ts'
import { describeLogDirs } from '../../messages/35-describe-log-dirs.ts'
import type { Client } from '../client/client.ts'
import { describeSettings } from '../client/configs.ts'
import { EARLIEST, LATEST, offsetsAt, placeKey } from '../client/offsets.ts'
import { describeTopics, listTopics, type PartitionState, type Topic } from '../client/topics.ts'
import { type Cell, columns, listing, sizeCell, type View } from '../output/view.ts'
import { showing } from '../session.ts'
import type { ShowOptions } from '../settings.ts'
import type { Terminal } from '../terminal.ts'

interface ListedTopic {
  readonly name: string
  readonly partitions: number
  readonly replicas: number
  /** Partitions without a leader. */
  readonly leaderless: number
  readonly underReplicated: number
  readonly internal: boolean
  readonly id: string
}

export interface ListOptions extends ShowOptions {
  readonly internal?: boolean
}

export const list = (terminal: Terminal, pattern: string | undefined, options: ListOptions): Promise<number> =>
  showing(terminal, options, async (client) => {
    const topics = await listTopics(client)
    const shown = topics.filter(
      ({ name, internal }) => (options.internal === true || !internal) && matches(name, pattern),
    )
    return listing(shown.map(summary), {
      columns: columns(['name', 'partitions', 'replicas', 'leaderless', 'under-replicated'], ['internal', 'id']),
      cells: ({ name, partitions, replicas, leaderless, underReplicated, internal, id }) => [
        name,
        partitions,
        replicas,
        leaderless,
        underReplicated,
        internal,
        id,
      ],
      name: ({ name }) => name,
    })
  })

/** `*` stands for any text; without one, the name has to contain the pattern. */
const matches = (name: string, pattern: string | undefined): boolean => {
  if (pattern === undefined) return true
  if (!pattern.includes('*')) return name.includes(pattern)
  return matchesGlob(name, pattern)
}

export const isUnderReplicated = ({ replicas, inSync }: PartitionState): boolean => inSync.length < replicas.length

const summary = ({ name, id, internal, partitions }: Topic): ListedTopic => ({
  name,
  partitions: partitions.length,
  replicas: Math.max(0, ...partitions.map(({ replicas }) => replicas.length)),
  leaderless: partitions.filter(({ leader }) => leader === null).length,
  underReplicated: partitions.filter(isUnderReplicated).length,
  internal,
  id,
})

export const describe = (terminal: Terminal, names: readonly string[], options: ShowOptions): Promise<number> =>
  showing(terminal, options, async (client) => {
    const described = []
    for (const topic of await describeTopics(client, names)) described.push(await inFull(client, topic))
    return view(described)
  })

const inFull = async (client: Client, topic: Topic) => {
  const led = { ...topic, partitions: topic.partitions.filter(({ leader }) => leader !== null) }
  const [starts, ends, settings, sizes] = await Promise.all([
    offsetsAt(client, [led], EARLIEST),
    offsetsAt(client, [led], LATEST),
    describeSettings(client, { kind: 'topic', name: topic.name }),
    sizesOf(client, topic),
  ])
  const partitions = topic.partitions.map((state) => {
    const key = placeKey({ topic: topic.name, partition: state.partition })
    const [start, end] = [starts.get(key) ?? null, ends.get(key) ?? null]
    const records = start === null || end === null ? null : end - start
    return { ...state, start, end, records, bytes: sizes.get(state.partition) ?? null }
  })
  const configs = Object.fromEntries(settings.filter(({ own }) => own).map(({ key, value }) => [key, value]))
  const total = (of: (partition: (typeof partitions)[number]) => number | null): number =>
    partitions.reduce((sum, partition) => sum + (of(partition) ?? 0), 0)
  const { name, id, internal } = topic
  return {
    name,
    id,
    internal,
    configs,
    records: total((one) => one.records),
    bytes: total((one) => one.bytes),
    partitions,
  }
}

type Described = Awaited<ReturnType<typeof inFull>>

/** Bytes by partition, where the leader says so. */
const sizesOf = async (client: Client, topic: Topic): Promise<ReadonlyMap<number, number>> => {
  const sizes = new Map<number, number>()
  const leaders = new Set(topic.partitions.flatMap(({ leader }) => (leader === null ? [] : [leader])))
  for (const leader of leaders) {
    const led = topic.partitions.filter((one) => one.leader === leader).map(({ partition }) => partition)
    const { results } = await client.askBroker(leader, describeLogDirs, {
      topics: [{ topic: topic.name, partitions: led }],
    })
    for (const { partitions } of results.flatMap(({ topics }) => topics)) {
      for (const { partitionIndex, partitionSize } of partitions) sizes.set(partitionIndex, partitionSize)
    }
  }
  return sizes
}

const view = (topics: readonly Described[]): View => {
  const [only] = topics
  const rows = topics.flatMap(({ name, partitions }) =>
    partitions.map((of): readonly Cell[] => [
      name,
      of.partition,
      of.leader,
      of.replicas.join(','),
      of.inSync.join(','),
      of.start,
      of.end,
      of.records,
      sizeCell(of.bytes),
      of.leaderEpoch,
    ]),
  )
  const titles = ['topic', 'partition', 'leader', 'replicas', 'in sync', 'start', 'end', 'records', 'bytes']
  return {
    value: topics,
    ...(topics.length === 1 && only !== undefined ? { facts: factsOf(only) } : {}),
    table: { columns: columns(titles, ['epoch']), rows },
    names: topics.map(({ name }) => name),
  }
}

const factsOf = ({ name, id, records, bytes, configs }: Described): readonly (readonly [string, Cell])[] => [
  ['topic', name],
  ['id', id],
  ['records', records],
  ['bytes', sizeCell(bytes)],
  ...Object.entries(configs).map(([key, value]) => [key, value] as const),
]
