/** For tests: an engine with one internal topic of one partition. */
import { randomTopicId } from '../base/ids.ts'
import type { EngineOptions, ImageDelta, ImageLogConfig } from './native.ts'

const FOR_EVER = Number(2n ** 63n - 1n)
export const LOG_CONFIG: ImageLogConfig = {
  segmentBytes: 1024 ** 3,
  segmentMs: FOR_EVER,
  segmentJitterMs: 0,
  segmentIndexBytes: 10 * 1024 ** 2,
  indexIntervalBytes: 4096,
  retentionMs: -1,
  retentionBytes: -1,
  fileDeleteDelayMs: 60_000,
  maxMessageBytes: 1_048_588,
  cleanupDelete: true,
  cleanupCompact: false,
  minCleanableDirtyRatio: 0.5,
  minCompactionLagMs: 0,
  maxCompactionLagMs: FOR_EVER,
  deleteRetentionMs: 86_400_000,
  timestampType: 'CreateTime',
  timestampBeforeMaxMs: FOR_EVER,
  timestampAfterMaxMs: FOR_EVER,
  flushMessages: 1,
  flushMs: FOR_EVER,
  minInsyncReplicas: 1,
  compression: 'producer',
  strictValidation: false,
}
const CLUSTER_ID = 'mJ3q1yD5QkOfV0Z0cV2uUg'
export const topicId = randomTopicId()

export const optionsFor = (directory: string): EngineOptions => ({
  directories: [directory],
  brokerId: 1,
  clusterId: CLUSTER_ID,
  logConfig: LOG_CONFIG,
  recoveryThreads: 1,
  logFilesMax: 64,
  retentionCheckIntervalMs: 300_000,
  checkpointIntervalMs: 60_000,
  listeners: [{ name: 'PLAINTEXT', host: '127.0.0.1', port: 0 }],
  workers: 1,
  frameBytesMax: 1024 ** 2,
  settings: {
    connectionsMax: 100,
    connectionsMaxPerIp: 100,
    connectionsMaxByAddress: [],
    producerExpirationMs: 86_400_000,
    diskSoftLimitBytes: 0,
    diskHardLimitBytes: 0,
    cleaner: { threads: 0, mapBytes: 1024 ** 2, bytesPerSecond: Infinity, backoffMs: 15_000 },
  },
  idleMs: 600_000,
})

export const imageWith = (port: number, topics: ImageDelta['topics']): ImageDelta => ({
  version: 1,
  cluster: {
    clusterId: CLUSTER_ID,
    controllerId: 1,
    brokers: [{ id: 1, endpoints: [{ listener: 'PLAINTEXT', host: '127.0.0.1', port }] }],
    apis: [{ key: 12, min: 0, max: 4 }],
    features: [],
    featuresEpoch: 0,
    autoCreateTopics: false,
    fetchBytesMax: 55 * 1024 ** 2,
  },
  topics,
  removedTopics: [],
})

export const TOPIC: ImageDelta['topics'][number] = {
  id: topicId,
  name: 'inner',
  internal: true,
  config: LOG_CONFIG,
  partitions: [{ leader: 1, leaderEpoch: 0, replicas: [1], isr: [1], offline: [] }],
}
