/** The metrics under our own names. Times are in seconds. */
import type { Canary } from '../../canary/canary.ts'
import { classLimitMs, type Latencies } from '../../dispatch/latency.ts'
import type { OfflineCounts } from '../problems.ts'
import { type Exposition, type Labels, labelText, type MetricType } from './exposition.ts'
import type { RequestTimes, Times } from './requests.ts'

interface Declared {
  readonly name: string
  readonly type: MetricType
  readonly help: string
}

const gauge = (name: string, help: string): Declared => ({ name, type: 'gauge', help })
const counter = (name: string, help: string): Declared => ({ name, type: 'counter', help })

/** What the engine counts, by the names it has for it. */
export const engineMetrics: Readonly<Record<string, Declared>> = {
  'store.logs': gauge('millrace_logs', 'Partitions that this broker has a log of.'),
  'store.pending.bytes': gauge('millrace_log_pending_bytes', 'Bytes appended and not yet in a segment.'),
  'store.tail.bytes': gauge('millrace_log_tail_bytes', 'Bytes of batches kept in memory for readers.'),
  'store.open.files': gauge('millrace_open_log_files', 'Data files and indexes that are open.'),
  'store.log.thread.turns': counter('millrace_log_thread_turns_total', 'Turns of the threads that write segments.'),
  'store.wal.syncs': counter('millrace_wal_syncs_total', 'Syncs of the write-ahead logs.'),
  'store.wal.batches': counter('millrace_wal_batches_total', 'Batches that the write-ahead logs made durable.'),
  'store.wal.bytes': counter('millrace_wal_bytes_total', 'Bytes written to the write-ahead logs.'),
  'store.ranges.lost': gauge('millrace_log_ranges_lost', 'Ranges of offsets that are lost to damage.'),
  'store.batches.written': counter('millrace_log_batches_written_total', 'Batches written to segments.'),
  'store.bytes.written': counter('millrace_log_bytes_written_total', 'Bytes written to segments.'),
  'store.disk.free.bytes': gauge('millrace_disk_free_bytes', 'Free bytes of the data disk that has the fewest.'),
  'store.disks.low': gauge('millrace_disks_low', 'Data directories with less room than the soft limit.'),
  'store.disks.full': gauge('millrace_disks_full', 'Data directories for which producers are refused.'),
  'store.disk.refusals': counter('millrace_disk_refusals_total', 'Batches refused because a disk was full.'),
  'server.connections': gauge('millrace_connections', 'Connections of clients.'),
  'server.connections.accepted': counter('millrace_connections_accepted_total', 'Connections that were accepted.'),
  'server.requests.produce': counter('millrace_produce_requests_total', 'Produce requests.'),
  'server.requests.fetch': counter('millrace_fetch_requests_total', 'Fetch requests.'),
  'server.requests.metadata': counter('millrace_metadata_requests_total', 'Metadata requests answered by the engine.'),
  'server.requests.api_versions': counter('millrace_api_versions_requests_total', 'ApiVersions requests.'),
  'server.requests.forwarded': counter('millrace_forwarded_requests_total', 'Requests for the control plane.'),
  'server.bytes.in': counter('millrace_network_bytes_in_total', 'Bytes received from clients.'),
  'server.bytes.out': counter('millrace_network_bytes_out_total', 'Bytes sent to clients.'),
  'server.records.bytes.in': counter('millrace_record_bytes_in_total', 'Bytes of record batches from producers.'),
  'server.records.bytes.out': counter('millrace_record_bytes_out_total', 'Bytes of record batches to consumers.'),
  'server.fetches.parked': gauge('millrace_fetches_parked', 'Fetch requests that wait for records.'),
  'server.partition.errors': counter(
    'millrace_partition_errors_total',
    'Partitions of requests answered with an error.',
  ),
  'server.fetch.sessions': gauge('millrace_fetch_sessions', 'Incremental fetch sessions.'),
  'server.arena.bytes.in_use': gauge('millrace_receive_buffer_bytes', 'Bytes of receive buffers in use.'),
  'server.cold.reads': counter('millrace_cold_reads_total', 'Reads of old data by threads of their own.'),
  'server.cold.bytes': counter('millrace_cold_read_bytes_total', 'Bytes of those reads.'),
  'server.cold.reads.waiting': gauge('millrace_cold_reads_waiting', 'Reads of old data that wait for a thread.'),
}

export const writeEngine = (out: Exposition, stats: ReadonlyMap<string, number>): void => {
  for (const [stat, { name, type, help }] of Object.entries(engineMetrics)) {
    out.family(name, type, help)
    out.sample('', stats.get(stat) ?? 0)
  }
}

const MS_PER_SECOND = 1000

export const writeRequests = (out: Exposition, times: RequestTimes, latencies: Latencies): void => {
  const help = 'Time from a request to its answer, by API; a fetch waits for records.'
  out.family('millrace_request_seconds', 'histogram', help)
  for (const [api, time] of times) writeHistogram(out, { api }, time)
  out.family('millrace_request_failures_total', 'counter', 'Requests whose handler failed, by API.')
  for (const [api, { failures }] of latencies.snapshot()) out.sample(labelText({ api }), failures)
}

const writeHistogram = (out: Exposition, labels: Labels, { requests, totalMs, classes }: Times): void => {
  let below = 0
  classes.forEach((count, index) => {
    below += count
    const le = classLimitMs(index) / MS_PER_SECOND
    out.sample(labelText({ ...labels, le: le === Infinity ? '+Inf' : le }), below, '_bucket')
  })
  out.sample(labelText(labels), totalMs / MS_PER_SECOND, '_sum')
  out.sample(labelText(labels), requests, '_count')
}

export const writeOffline = (out: Exposition, { replicas }: OfflineCounts): void => {
  const help =
    'Replicas of the cluster whose broker is not there, or that lie in a directory of this broker that failed.'
  out.family('millrace_offline_replicas', 'gauge', help)
  out.sample('', replicas)
}

/** What a client sees that sends one record a second and reads it back. */
export const writeCanary = (out: Exposition, canary: Canary): void => {
  const { sent, received, failed, lost, duplicated, hour } = canary.figures()
  const single = (name: string, type: MetricType, help: string, value: number): void => {
    out.family(`millrace_canary_${name}`, type, help)
    out.sample('', value)
  }
  single('records_sent_total', 'counter', 'Records that the canary sent.', sent)
  single('records_received_total', 'counter', 'Records of the canary that came back.', received)
  single('records_failed_total', 'counter', 'Records that were refused, or did not come back in time.', failed)
  single('records_lost_total', 'counter', 'Records that were acknowledged and are not in the log.', lost)
  single('records_duplicated_total', 'counter', 'Records that came back once more.', duplicated)
  if (hour.availability !== null)
    single('availability', 'gauge', 'The part of the records of the last hour that came back.', hour.availability)
  const latencies = canary.latencies()
  for (const [of, name, help] of canaryTimes) {
    out.family(`millrace_canary_${name}_seconds`, 'histogram', help)
    const latency = latencies.get(of)
    if (latency !== undefined) writeHistogram(out, {}, latency)
  }
}

const canaryTimes = [
  ['produce', 'produce', 'Time from sending a record of the canary to its acknowledgement.'],
  ['endToEnd', 'end_to_end', 'Time from sending a record of the canary to reading it.'],
] as const
