/** What the first screen shows, read from memory: for the stream and for whoever asks once. */
import type { Threads } from '../browse/threads.ts'
import type { FillHistory } from '../history/fill.ts'
import type { LagHistory } from '../history/lag.ts'
import type { RateHistory } from '../history/rates.ts'
import type { TrafficHistory } from '../history/traffic.ts'
import type { Output } from './contract.ts'
import { health } from './health.ts'
import type { AdminServices } from './services.ts'
import type { BrokerStatus } from './status.ts'
import type { Tables } from './tables.ts'
import { type PartitionCounter, readVitals } from './vitals.ts'

/** A broker that runs, as the admin server sees it. */
export interface Running {
  readonly services: AdminServices
  readonly tables: Tables
  readonly rates: RateHistory
  readonly lag: LagHistory
  readonly traffic: TrafficHistory
  readonly fill: FillHistory
  readonly threads: Threads
}

export type Live = Output<'live'>

export const readLive = (
  { services, rates, traffic }: Running,
  status: BrokerStatus,
  counts: PartitionCounter,
): Live => {
  const { engine, cluster, audit, jobs } = services
  const image = cluster.image()
  const { topics, partitions, internalTopics, internalPartitions } = counts(image)
  const { ok, checks } = health(status, readVitals(services, counts))
  return {
    state: status.state,
    ok,
    problems: checks.filter((check) => !check.ok).map((check) => ({ ...check })),
    ...rates.now(),
    ...traffic.now(),
    topics,
    partitions,
    internalTopics,
    internalPartitions,
    brokers: image.brokers.size,
    diskFreeBytes: String(engine.stats().get('store.disk.free.bytes') ?? 0),
    jobsRunning: jobs.list().filter(({ state }) => state === 'running').length,
    auditId: audit.lastId(),
  }
}
