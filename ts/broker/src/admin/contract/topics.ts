/** Topics and their partitions. */
import { z } from 'zod'
import { int64 } from './words.ts'

export const topicColumns = [
  'name',
  'partitions',
  'replicationFactor',
  'bytes',
  'records',
  'groups',
  'lag',
  'cleanupPolicy',
  'underReplicated',
  'traffic',
] as const

export const topicRow = z.object({
  name: z.string(),
  id: z.string(),
  internal: z.boolean(),
  partitions: z.int(),
  replicationFactor: z.int(),
  bytes: int64,
  /** Offsets between the first and the end, all partitions together. */
  records: int64,
  /** Groups with offsets in it. */
  groups: z.int(),
  /** Of the group that lags most; null without groups. */
  lag: int64.nullable(),
  cleanupPolicy: z.string(),
  underReplicated: z.int(),
  /** Messages each second; null, like that below it, until it was looked at twice. By it and the next one `traffic` is sorted. */
  messagesIn: z.number().nullable(),
  /** As far as groups have committed that they read them. */
  messagesOut: z.number().nullable(),
})

export const partition = z.object({
  index: z.int(),
  /** -1 for nobody. */
  leader: z.int(),
  leaderEpoch: z.int(),
  replicas: z.array(z.int()),
  isr: z.array(z.int()),
  /** Null, like those below it, where the log cannot be asked. */
  firstOffset: int64.nullable(),
  highWatermark: int64.nullable(),
  lastStableOffset: int64.nullable(),
  endOffset: int64.nullable(),
  bytes: int64.nullable(),
})

/** What can be wrong with a partition. */
export const partitionProblems = ['leaderless', 'underReplicated', 'offline'] as const
export type PartitionProblem = (typeof partitionProblems)[number]

export const partitionRow = partition
  .pick({ index: true, leader: true, leaderEpoch: true, replicas: true, isr: true })
  .extend({
    topic: z.string(),
    /** Replicas of brokers that are not there, or whose directory failed. */
    offline: z.array(z.int()),
  })

export const topic = topicRow.extend({
  /** At most `PAGE_ROWS_MAX`, from the one asked for. */
  partitionRows: z.array(partition),
  groupNames: z.array(z.string()),
})
