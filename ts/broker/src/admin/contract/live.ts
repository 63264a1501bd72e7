/** What changes by itself: rates, history, and the messages of the stream. */
import { z } from 'zod'
import { brokerState, check } from './cluster.ts'
import { int64, time } from './words.ts'

const numbers = z.array(z.number())
const knownNumbers = z.array(z.number().nullable())

export const history = z.object({
  /** Of the newest value. */
  until: time,
  intervalMs: z.int(),
  /** Bytes, messages and requests each second; the oldest first. Messages are null from before somebody asked for them. */
  series: z.object({
    bytesIn: numbers,
    bytesOut: numbers,
    messagesIn: knownNumbers,
    messagesOut: knownNumbers,
    produceRequests: numbers,
    fetchRequests: numbers,
    syncs: numbers,
    connections: numbers,
  }),
})

export const groupHistory = z.object({
  /** Of the newest value. */
  until: time,
  intervalMs: z.int(),
  /** In messages; the oldest first. */
  lag: numbers,
  /** Of the partition that was furthest behind; null while it was not known. */
  lagSeconds: knownNumbers,
  /** Of the moment of the answer: a reset shows here at once. */
  now: z.object({ at: time, lag: z.number(), lagSeconds: z.number().nullable() }),
})

/** The first screen in numbers. */
export const live = z.object({
  state: brokerState,
  ok: z.boolean(),
  /** What is wrong, with why. */
  problems: z.array(check),
  /** Each second. */
  bytesIn: z.number(),
  bytesOut: z.number(),
  /** Of all topics but those of the broker itself; null, like that below it, until it is known. */
  messagesIn: z.number().nullable(),
  /** As far as groups have committed that they read them. */
  messagesOut: z.number().nullable(),
  produceRequests: z.number(),
  fetchRequests: z.number(),
  syncs: z.number(),
  connections: z.number(),
  /** Those of users; so are `partitions`. */
  topics: z.int(),
  partitions: z.int(),
  /** Those of the broker itself. */
  internalTopics: z.int(),
  internalPartitions: z.int(),
  brokers: z.int(),
  /** Of the data disk that has the fewest. */
  diskFreeBytes: int64,
  jobsRunning: z.int(),
  /** Of the newest entry: the list has grown where it has. */
  auditId: z.int(),
})

/** All of it when the stream begins, then what has changed, every two seconds. */
export const streamMessage = z.object({ type: z.enum(['all', 'changed']), at: time, live: live.partial() })

export type StreamMessage = z.infer<typeof streamMessage>
