/** The names that the JMX exporter of Kafka's operators gives, as far as this broker has something to say under them. */
import { readFileSync } from 'node:fs'
import { NO_LEADER } from '../../cluster/image.ts'
import { classLimitMs } from '../../dispatch/latency.ts'
import { type Exposition, labelText, type MetricType } from './exposition.ts'
import type { PartitionLine } from './partitions.ts'
import type { RequestTimes } from './requests.ts'
import type { Breathe, MetricState } from './state.ts'

/** Kafka's number for a broker that runs. */
const RUNNING = 3

export const writeJmx = async (
  out: Exposition,
  state: MetricState,
  times: RequestTimes,
  breathe: Breathe,
): Promise<void> => {
  writeTopics(out, state)
  writeReplicas(out, state)
  writeController(out, state)
  writeRequests(out, state, times)
  writeServer(out, state)
  for (const [name, help, value] of perPartition) {
    await breathe()
    out.family(name, 'gauge', help)
    for (const line of state.partitions) {
      const told = value(line)
      if (told !== undefined) out.sample(line.labels, told)
    }
  }
}

type PerPartition = readonly [name: string, help: string, value: (line: PartitionLine) => number | undefined]

const perPartition: readonly PerPartition[] = [
  ['kafka_log_log_size', 'Bytes of a log.', ({ log }) => log?.size],
  ['kafka_log_log_logendoffset', 'The offset that the next record of a log will have.', ({ log }) => log?.logEnd],
  ['kafka_log_log_logstartoffset', 'The first offset of a log.', ({ log }) => log?.logStart],
  [
    'kafka_cluster_partition_underminisr',
    '1 where fewer replicas are in sync than producers may ask for.',
    ({ partition, minIsr }) => (partition.isr.length < minIsr ? 1 : 0),
  ],
  [
    'kafka_cluster_partition_atminisr',
    '1 where as many replicas are in sync as producers may ask for, and no more.',
    ({ partition, minIsr }) => (partition.isr.length === minIsr ? 1 : 0),
  ],
  ['kafka_cluster_partition_replicascount', 'Replicas of a partition.', ({ partition }) => partition.replicas.length],
]

const single = (out: Exposition, name: string, type: MetricType, help: string, value: number, labels = ''): void => {
  out.family(name, type, help)
  out.sample(labels, value)
}

const writeTopics = (out: Exposition, { stats, topics }: MetricState): void => {
  const stat = (name: string): number => stats.get(name) ?? 0
  const metric = 'kafka_server_brokertopicmetrics'
  out.family(
    `${metric}_messagesin_total`,
    'counter',
    'Records taken in, by topic: all offsets given out, also before a restart.',
  )
  for (const { labels, endOffsets } of topics) out.sample(labels, endOffsets)
  single(out, `${metric}_bytesin_total`, 'counter', 'Bytes of records from producers.', stat('server.records.bytes.in'))
  single(out, `${metric}_bytesout_total`, 'counter', 'Bytes of records to consumers.', stat('server.records.bytes.out'))
  single(out, `${metric}_totalproducerequests_total`, 'counter', 'Produce requests.', stat('server.requests.produce'))
  single(out, `${metric}_totalfetchrequests_total`, 'counter', 'Fetch requests.', stat('server.requests.fetch'))
}

const writeReplicas = (out: Exposition, { image, broker, underMinIsr, atMinIsr, offline }: MetricState): void => {
  let [leads, replicas, underReplicated] = [0, 0, 0]
  for (const topic of image.topicsById.values()) {
    for (const partition of topic.partitions) {
      if (partition.leader === broker) leads += 1
      if (partition.leader === broker && partition.isr.length < partition.replicas.length) underReplicated += 1
      if (partition.replicas.some((replica) => replica === broker)) replicas += 1
    }
  }
  const metric = 'kafka_server_replicamanager'
  single(out, `${metric}_leadercount`, 'gauge', 'Partitions that this broker leads.', leads)
  single(out, `${metric}_partitioncount`, 'gauge', 'Partitions that this broker has a replica of.', replicas)
  single(out, `${metric}_offlinereplicacount`, 'gauge', 'Replicas of this broker in failed directories.', offline.own)
  single(out, `${metric}_underreplicatedpartitions`, 'gauge', 'Partitions with replicas out of sync.', underReplicated)
  single(out, `${metric}_underminisrpartitioncount`, 'gauge', 'Partitions under min.insync.replicas.', underMinIsr)
  single(out, `${metric}_atminisrpartitioncount`, 'gauge', 'Partitions at min.insync.replicas.', atMinIsr)
}

const writeController = (out: Exposition, { image, broker }: MetricState): void => {
  let [partitions, leaderless, imbalanced] = [0, 0, 0]
  for (const topic of image.topicsById.values()) {
    partitions += topic.partitions.length
    for (const { leader, replicas } of topic.partitions) {
      if (leader === NO_LEADER) leaderless += 1
      if (leader !== replicas[0]) imbalanced += 1
    }
  }
  const metric = 'kafka_controller_kafkacontroller'
  const isController = image.controllerId === broker ? 1 : 0
  single(out, `${metric}_activecontrollercount`, 'gauge', '1 on the broker that is the controller.', isController)
  single(out, `${metric}_activebrokercount`, 'gauge', 'Live brokers.', image.brokers.size)
  single(out, `${metric}_globaltopiccount`, 'gauge', 'Topics of the cluster.', image.topicsById.size)
  single(out, `${metric}_globalpartitioncount`, 'gauge', 'Partitions of the cluster.', partitions)
  single(out, `${metric}_offlinepartitionscount`, 'gauge', 'Partitions without a leader.', leaderless)
  single(
    out,
    `${metric}_preferredreplicaimbalancecount`,
    'gauge',
    'Partitions not led by their first replica.',
    imbalanced,
  )
}

/** Those of which the engine counts no time. */
const untimed: Readonly<Record<string, string>> = {
  ApiVersions: 'server.requests.api_versions',
  Metadata: 'server.requests.metadata',
}
const quantiles = [0.5, 0.75, 0.95, 0.99, 0.999] as const

const writeRequests = (out: Exposition, { stats }: MetricState, times: RequestTimes): void => {
  out.family('kafka_network_requestmetrics_requests_total', 'counter', 'Requests, by API.')
  for (const request of new Set([...Object.keys(untimed), ...times.keys()])) {
    const native = stats.get(untimed[request] ?? '') ?? 0
    out.sample(labelText({ request }), native + (times.get(request)?.requests ?? 0))
  }
  out.family(
    'kafka_network_requestmetrics_totaltimems',
    'gauge',
    'Milliseconds from a request to its answer, by API; the upper end of a class.',
  )
  for (const [request, { requests, classes }] of times) {
    for (const quantile of quantiles) {
      out.sample(labelText({ request, quantile }), classLimitMs(classAt(classes, requests * quantile)))
    }
  }
}

/** The class that holds the n-th of them. */
const classAt = (classes: readonly number[], nth: number): number => {
  let below = 0
  const at = classes.findIndex((count) => (below += count) >= nth)
  // The last one is open to the end: what is known is where it begins.
  return Math.min(at < 0 ? classes.length : at, classes.length - 2)
}

const writeServer = (out: Exposition, { stats, failedDirectories }: MetricState): void => {
  const server = 'kafka_server'
  single(out, `${server}_kafkaserver_brokerstate`, 'gauge', 'As Kafka numbers the states of a broker.', RUNNING)
  const connections = stats.get('server.connections') ?? 0
  const all = labelText({ listener: 'all', networkProcessor: 'all' })
  single(out, `${server}_socket_server_metrics_connection_count`, 'gauge', 'Connections.', connections, all)
  const parked = stats.get('server.fetches.parked') ?? 0
  const fetches = labelText({ delayedOperation: 'Fetch' })
  single(out, `${server}_delayedoperationpurgatory_purgatorysize`, 'gauge', 'Requests that wait.', parked, fetches)
  single(out, 'kafka_log_logmanager_offlinelogdirectorycount', 'gauge', 'Failed data directories.', failedDirectories)
  const [read, written] = diskBytes()
  single(out, `${server}_kafkaserver_linux_disk_read_bytes`, 'gauge', 'Bytes that this process read from disks.', read)
  single(
    out,
    `${server}_kafkaserver_linux_disk_write_bytes`,
    'gauge',
    'Bytes that this process wrote to disks.',
    written,
  )
}

const diskBytes = (): readonly [number, number] => {
  try {
    const text = readFileSync('/proc/self/io', 'utf8')
    const field = (name: string): number => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(text)?.[1] ?? 0)
    return [field('read_bytes'), field('write_bytes')]
  } catch {
    return [0, 0]
  }
}
