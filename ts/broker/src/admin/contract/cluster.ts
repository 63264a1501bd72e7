/** The cluster, its brokers and how they are. */
import { z } from 'zod'
import { int64, time } from './words.ts'

export const recovery = z.object({
  /** `reading` while it is not known what there is to do, then `recovering`, `done`. */
  phase: z.enum(['reading', 'recovering', 'done']),
  logs: z.int(),
  logsDone: z.int(),
  bytesToReplay: int64,
  bytesReplayed: int64,
  bytesScanned: int64,
  recordsReplayed: int64,
})

export const brokerState = z.enum(['starting', 'recovering', 'running', 'stopping'])

export const check = z.object({
  name: z.string(),
  ok: z.boolean(),
  /** What is wrong, or what was looked at. */
  why: z.string(),
})

/** What `/livez`, `/readyz`, `/startupz` and `/healthz` answer. */
export const health = z.object({
  ok: z.boolean(),
  state: brokerState,
  checks: z.array(check),
  /** Present while the broker starts. */
  recovery: recovery.optional(),
})

export const cluster = z.object({
  clusterId: z.string(),
  nodeId: z.int(),
  controllerId: z.int(),
  version: z.string(),
  state: brokerState,
  startedAt: time,
  durability: z.string(),
  /** Other machines reach a listener that has neither TLS nor authentication. */
  insecure: z.boolean(),
  /** Changes are refused here. */
  readOnly: z.boolean(),
  /** Messages may be downloaded. */
  mayExport: z.boolean(),
  /** What the console calls it; empty for nothing. */
  label: z.string(),
  /** One of those that `admin.color` takes. */
  color: z.string(),
  brokers: z.int(),
  /** Those of users; so are `partitions`. */
  topics: z.int(),
  partitions: z.int(),
  /** Those of the broker itself. */
  internalTopics: z.int(),
  internalPartitions: z.int(),
  groups: z.int(),
  /** Of internal topics as well; so are those below. */
  leaderlessPartitions: z.int(),
  underReplicatedPartitions: z.int(),
  /** Of brokers that are not there, or in a directory of this one that failed. */
  offlineReplicas: z.int(),
})

export const directory = z.object({
  path: z.string(),
  totalBytes: int64,
  freeBytes: int64,
  usedBytes: int64,
  logs: z.int(),
  failed: z.boolean(),
  /** Less free than the soft limit. */
  low: z.boolean(),
  /** Producers are refused. */
  full: z.boolean(),
  /** By what was free in the last so many seconds, at most a day; null where it was not watched for ten minutes. */
  filling: z
    .object({
      overSeconds: z.number(),
      /** Until producers are refused; null where it does not fill, or not within a year. */
      fullInSeconds: z.number().nullable(),
    })
    .nullable(),
})

export const broker = z.object({
  id: z.int(),
  rack: z.string().nullable(),
  endpoints: z.array(z.object({ listener: z.string(), host: z.string(), port: z.int() })),
  isController: z.boolean(),
  leads: z.int(),
  replicas: z.int(),
  /** Of this broker alone: what others have is known to them. */
  directories: z.array(directory),
})

/** One key with where its value comes from. */
export const config = z.object({
  name: z.string(),
  /** Null where it is unset or secret. */
  value: z.string().nullable(),
  default: z.string().nullable(),
  source: z.enum(['topic', 'dynamicBroker', 'dynamicDefault', 'static', 'default', 'logger', 'clientMetrics', 'group']),
  type: z.string(),
  changed: z.boolean(),
  sensitive: z.boolean(),
  readOnly: z.boolean(),
  doc: z.string(),
  /** Why the key changes nothing here; null for one that does what it says. */
  withoutEffect: z.string().nullable(),
})
