/** What changes something: what is asked for, and what it does. With `dryRun` nothing is done, and the answer is the same. */
import { z } from 'zod'
import { int64 } from './words.ts'

export const dryRun = z.boolean().default(false)

/** The name of what is taken away, once more: who sends another one has not read what would happen. */
export const confirm = z.string()

/** The protocol has no longer texts. */
const TEXT_MAX = 32_767

export const configTexts = z.record(z.string(), z.string().max(TEXT_MAX))

export const configEdit = {
  set: configTexts.default({}),
  /** Back to what the broker gives. */
  unset: z.array(z.string()).default([]),
  dryRun,
}

export const configsEdited = z.object({
  items: z.array(z.object({ name: z.string(), before: z.string().nullable(), after: z.string().nullable() })),
})

export const createdTopic = z.object({
  name: z.string(),
  /** Of a dry run one that nobody will have. */
  id: z.string(),
  partitions: z.int(),
  replicationFactor: z.int(),
})

export const deletedTopic = z.object({
  topic: z.string(),
  partitions: z.int(),
  bytes: int64,
  records: int64,
  /** That lose offsets. */
  groups: z.array(z.string()),
  /** All that they committed, of whatever topics: the topic is the one that keeps it. */
  everyOffset: z.boolean(),
})

/** Records below an offset go; without one, all of them. */
export const cut = z.object({ partition: z.int().min(0), before: int64.optional() })

export const cuts = z.object({
  items: z.array(z.object({ partition: z.int(), firstOffset: int64, newFirstOffset: int64 })),
})

const position = z.object({ topic: z.string(), partition: z.int().min(0), offset: int64 })

export const resetTarget = z.discriminatedUnion('to', [
  z.object({ to: z.literal('earliest') }),
  z.object({ to: z.literal('latest') }),
  z.object({ to: z.literal('time'), at: int64 }),
  /** Back where it is below zero. */
  z.object({ to: z.literal('shift'), by: int64 }),
  z.object({ to: z.literal('offset'), offset: int64 }),
  /** Each its own; the `positions` of the last reset undo it. */
  z.object({ to: z.literal('positions'), positions: z.array(position).max(100_000) }),
])

export const reset = z.object({
  items: z.array(
    z.object({
      topic: z.string(),
      partition: z.int(),
      /** Null where nothing was committed. */
      before: int64.nullable(),
      after: int64,
      firstOffset: int64,
      endOffset: int64,
    }),
  ),
})

export const deletedGroup = z.object({ group: z.string(), offsets: z.int() })

const entryHead = {
  id: z.int(),
  at: int64,
  /** Null for what the broker did by itself. */
  principal: z.string().nullable(),
  clientId: z.string().nullable(),
  address: z.string().nullable(),
}

export const auditEntry = z.object({
  ...entryHead,
  action: z.string(),
  subject: z.string(),
  before: z.unknown(),
  after: z.unknown(),
})

export const lastReset = z.object({
  /** Of its entry in the audit list, the last one where it has several. */
  ...entryHead,
  /** It put back all that the reset before it had replaced; to undo it is to do that reset again. */
  isUndo: z.boolean(),
  /** As far as the audit list had room for it; null where the list has lost a part. */
  moved: z
    .object({
      /** That got another offset. */
      partitions: z.int(),
      /** Messages that come once more, and those that were passed over. */
      back: int64,
      on: int64,
      /** Where it is one partition. */
      only: z
        .object({ topic: z.string(), partition: z.int(), before: int64.nullable(), after: int64.nullable() })
        .nullable(),
    })
    .nullable(),
  /** Where the group stood, as far as it can be put back: the `positions` of a reset that undoes this one. */
  positions: z.array(position),
  /** Partitions that had no offset: an undo leaves them where they are. */
  none: z.int(),
  /** Positions in topics that were deleted since. */
  deleted: z.int(),
  /** Positions that the audit list had no room for: those behind the first 1,600 to 10,000, by the length of names. */
  cut: z.int(),
})

export const configChange = z.object({
  /** Of the entry of the audit list. */
  id: z.int(),
  at: int64,
  /** Null for what the broker did by itself. */
  principal: z.string().nullable(),
  /** The topic or broker, or `all brokers`. */
  subject: z.string(),
  /** Null where it was not set there. */
  before: z.string().nullable(),
  after: z.string().nullable(),
})

export const job = z.object({
  id: z.string(),
  /** `removal` is of segments that retention, DeleteRecords or compaction gave up. */
  kind: z.enum(['compaction', 'removal', 'topicDeletion', 'recovery']),
  /** Null where it is of the whole broker. */
  topic: z.string().nullable(),
  /** Null where it is of all partitions. */
  partition: z.number().int().nullable(),
  state: z.enum(['waiting', 'running', 'done', 'interrupted', 'failed']),
  startedAt: int64,
  endedAt: int64.nullable(),
  bytesDone: int64,
  bytesTotal: int64,
  bytesWritten: int64,
  /** By the pace that is configured. */
  heldBackMs: z.number().int(),
  why: z.string().nullable(),
})
