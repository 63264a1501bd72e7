/** Topics: lists of them, one of them, and what is configured. */
import { BrokerError } from '../../base/errors.ts'
import type { PartitionImage, TopicImage } from '../../cluster/image.ts'
import { resolveTopic } from '../../configs/resolve.ts'
import type { Traffic } from '../../history/traffic.ts'
import type { Output } from '../contract.ts'
import { type Cell, pageOf } from '../pages.ts'
import { findLost, type PartitionOfTopic, partitionsWith } from '../problems.ts'
import type { GroupTable, LogTable } from '../tables.ts'
import { configRows } from './configs.ts'
import type { RouteContext } from './context.ts'
import type { RoutesOf } from './table.ts'

type Row = Output<'topics'>['items'][number]
type PartitionRow = Output<'topic'>['partitionRows'][number]

/** A topic in the numbers that it is sorted by; texts are made for those that are shown. */
interface Line {
  readonly topic: TopicImage
  readonly replicationFactor: number
  readonly bytes: number
  readonly records: number
  readonly groups: readonly string[]
  readonly lag: number
  readonly cleanupPolicy: string
  readonly underReplicated: number
  readonly traffic: Traffic
}

export const topicRoutes = ({
  services: { cluster, configs, engine },
  tables,
  traffic,
}: RouteContext): RoutesOf<'topics' | 'topic' | 'partitions' | 'topicConfigs'> => {
  const find = (name: string): TopicImage => {
    const topic = cluster.image().topicsByName.get(name)
    if (topic === undefined) throw new BrokerError('UNKNOWN_TOPIC_OR_PARTITION', `There is no topic ${name}.`)
    return topic
  }
  const policy = (topic: TopicImage): string =>
    configs.topic(cluster.image(), topic.configs)['cleanup.policy'].join(',')

  return {
    topics: async ({ internal, ...asked }) => {
      const [logs, groups] = await Promise.all([tables.logs(), tables.groups()])
      const topics = [...cluster.image().topicsByName.values()].filter((topic) => internal || !topic.internal)
      const lines = topics.map((topic) => lineOf(topic, logs, groups, policy(topic), traffic.of(topic.id)))
      const found = pageOf({ rows: lines, name: ({ topic }) => topic.name, cell: cellOf }, asked)
      return { ...found, items: found.items.map(rowOf) }
    },
    topic: async ({ topic: name, offset, limit }) => {
      const topic = find(name)
      const [logs, groups] = await Promise.all([tables.logsOf([topic]), tables.groups()])
      const line = lineOf(topic, logs, groups, policy(topic), traffic.of(topic.id))
      return {
        ...rowOf(line),
        partitionRows: topic.partitions.slice(offset, offset + limit).map((each) => partitionRow(topic, each, logs)),
        groupNames: [...line.groups],
      }
    },
    partitions: async ({ problem, ...asked }) => {
      const rows = partitionsWith(problem, cluster.image(), await findLost(engine, cluster.brokerId))
      const found = pageOf({ rows, name: ({ topic }) => topic, cell: ({ topic }) => topic }, asked)
      return { ...found, items: found.items.map(toRow) }
    },
    topicConfigs: ({ topic }) => {
      const resolved = resolveTopic(configs.layers(cluster.image()), find(topic).configs)
      return { items: configRows(resolved, () => false) }
    },
  }
}

const lineOf = (
  topic: TopicImage,
  logs: LogTable,
  { readers }: GroupTable,
  cleanupPolicy: string,
  traffic: Traffic,
): Line => {
  let [bytes, records, underReplicated] = [0, 0, 0]
  for (const { index, isr, replicas } of topic.partitions) {
    const log = logs.get(topic.id, index)
    bytes += log?.size ?? 0
    records += log === undefined ? 0 : log.highWatermark - log.logStart
    if (isr.length < replicas.length) underReplicated += 1
  }
  const read = readers.get(topic.name)
  return {
    topic,
    replicationFactor: topic.partitions[0]?.replicas.length ?? 0,
    bytes,
    records,
    groups: read?.groups ?? [],
    lag: read?.lag ?? 0,
    cleanupPolicy,
    underReplicated,
    traffic,
  }
}

const cellOf = (line: Line, column: keyof typeof cells): Cell => cells[column](line)

const cells = {
  name: ({ topic }) => topic.name,
  partitions: ({ topic }) => topic.partitions.length,
  replicationFactor: ({ replicationFactor }) => replicationFactor,
  bytes: ({ bytes }) => bytes,
  records: ({ records }) => records,
  groups: ({ groups }) => groups.length,
  lag: ({ lag, groups }) => (groups.length === 0 ? -1 : lag),
  cleanupPolicy: ({ cleanupPolicy }) => cleanupPolicy,
  underReplicated: ({ underReplicated }) => underReplicated,
  traffic: ({ traffic: { messagesIn, messagesOut } }) => (messagesIn ?? -1) + (messagesOut ?? -1),
} as const satisfies Record<string, (line: Line) => Cell>

const rowOf = (line: Line): Row => ({
  name: line.topic.name,
  id: line.topic.id,
  internal: line.topic.internal,
  partitions: line.topic.partitions.length,
  replicationFactor: line.replicationFactor,
  bytes: String(line.bytes),
  records: String(line.records),
  groups: line.groups.length,
  lag: line.groups.length === 0 ? null : String(line.lag),
  cleanupPolicy: line.cleanupPolicy,
  underReplicated: line.underReplicated,
  ...line.traffic,
})

const toRow = ({ topic, partition, offline }: PartitionOfTopic): Output<'partitions'>['items'][number] => ({
  topic,
  ...placeOf(partition),
  offline: [...offline],
})

const placeOf = ({ index, leader, leaderEpoch, replicas, isr }: PartitionImage) => ({
  index,
  leader,
  leaderEpoch,
  replicas: [...replicas],
  isr: [...isr],
})

const partitionRow = (topic: TopicImage, partition: PartitionImage, logs: LogTable): PartitionRow => {
  const log = logs.get(topic.id, partition.index)
  const told = (value: number | undefined): string | null => (value === undefined ? null : String(value))
  return {
    ...placeOf(partition),
    firstOffset: told(log?.logStart),
    highWatermark: told(log?.highWatermark),
    lastStableOffset: told(log?.lastStable),
    endOffset: told(log?.logEnd),
    bytes: told(log?.size),
  }
}
