/** Everything that `/metrics` answers. */
import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import type { Running } from '../live.ts'
import { countOffline, findLost, type OfflineCounts } from '../problems.ts'
import type { BrokerStatus } from '../status.ts'
import { createExposition, type Exposition, labelText } from './exposition.ts'
import { writeJmx } from './jmx.ts'
import { writeKafkaExporter } from './kafka-exporter.ts'
import { writeCanary, writeEngine, writeOffline, writeRequests } from './own.ts'
import { partitionLines } from './partitions.ts'
import { writeProcess } from './process.ts'
import { requestTimes } from './requests.ts'
import type { MetricState } from './state.ts'

const states = ['starting', 'recovering', 'running', 'stopping'] as const

/** While the broker starts there is only its state. */
export const renderMetrics = async (status: BrokerStatus, running: Running | null): Promise<string> => {
  const out = createExposition()
  out.family('millrace_state', 'gauge', 'The state of the broker is the one with 1.')
  for (const state of states) out.sample(labelText({ state }), state === status.state ? 1 : 0)
  out.family('millrace_recovery_logs', 'gauge', 'Logs that this start had to recover.')
  out.sample('', status.recovery.logs)
  out.family('millrace_recovery_logs_done', 'gauge', 'Logs of them that are done.')
  out.sample('', status.recovery.logsDone)
  if (running !== null) await writeRunning(out, running)
  return out.text()
}

const writeRunning = async (out: Exposition, running: Running): Promise<void> => {
  const { services } = running
  const { engine, latencies, configs, cluster, canary } = services
  out.family('millrace_build_info', 'gauge', 'Always 1; the version is a label.')
  out.sample(labelText({ version: services.version }), 1)
  const stats = engine.stats()
  const times = requestTimes(stats, latencies)
  writeEngine(out, stats)
  writeRequests(out, times, latencies)
  const offline = countOffline(cluster.image(), await findLost(engine, cluster.brokerId))
  writeOffline(out, offline)
  if (canary !== null) writeCanary(out, canary)
  writeProcess(out, services.startedAt, performance.eventLoopUtilization())

  const sets = new Set(configs.values(cluster.image())['metrics.compat'])
  if (sets.size === 0) return
  const state = await readState(running, offline)
  out.family(
    'millrace_metrics_partitions_left_out',
    'gauge',
    'Partitions without series of their own: metrics.partitions.max.',
  )
  out.sample('', state.leftOut)
  const breathe = async (): Promise<void> => {
    await setImmediate()
  }
  if (sets.has('jmx')) await writeJmx(out, state, times, breathe)
  if (sets.has('kafka_exporter')) await writeKafkaExporter(out, state, breathe)
}

const readState = async ({ services, tables }: Running, offline: OfflineCounts): Promise<MetricState> => {
  const { cluster, configs, engine } = services
  const [logs, groups] = await Promise.all([tables.logs(), tables.groups()])
  const image = cluster.image()
  const cap = configs.values(image)['metrics.partitions.max']
  const lines = partitionLines(image, logs, (topic) => configs.topic(image, topic.configs)['min.insync.replicas'], cap)
  return {
    ...lines,
    cap,
    image,
    broker: cluster.brokerId,
    stats: engine.stats(),
    groups,
    failedDirectories: engine.failures().length,
    offline,
  }
}
