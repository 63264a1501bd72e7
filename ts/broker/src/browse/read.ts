/** A read of a topic, from its beginning through its slices: where it starts in each partition, and where it goes on. */
import { BrokerError } from '../base/errors.ts'
import type { TopicImage } from '../cluster/image.ts'
import type { LogOffsetsAnswer } from '../engine/native.ts'
import type { Queries } from '../engine/queries.ts'
import { errorName } from '../wire/errors.ts'
import { type Cursor, offsetsLeft } from './cursor.ts'
import type { Filter, Reading } from './filter.ts'
import type { Position } from './partition-reader.ts'
import type { Slice, SliceQuery } from './slice.ts'
import type { Threads } from './threads.ts'

export interface Start {
  readonly from: 'earliest' | 'latest' | 'live' | 'offset' | 'time'
  readonly offset?: string | undefined
  readonly time?: string | undefined
  /** All of them where none is named. */
  readonly partitions?: readonly number[] | undefined
}

export interface Shown extends Pick<SliceQuery, 'limit' | 'masks' | 'charactersMax' | 'raw'>, Omit<Reading, 'topic'> {
  readonly filter: Filter | null
}

export interface Step {
  readonly slice: Slice
  readonly cursor: Cursor
  readonly elapsedMs: number
}

export interface Reads {
  /** Throws UNKNOWN_TOPIC_OR_PARTITION, INVALID_REQUEST and what a log cannot be asked for. */
  begin(topic: TopicImage, start: Start): Promise<Cursor>
  /** Null for an expression that is none, with why. Throws as `begin`, and `SliceRefused`. */
  goOn(topic: TopicImage, cursor: Cursor, shown: Shown): Promise<Step | string>
}

/** Each has a chunk in memory while it is read. */
const PARTITIONS_MAX = 1000

type AskedQueries = Pick<Queries, 'logOffsets' | 'listOffsets'>

export const createReads = (queries: AskedQueries, threads: Pick<Threads, 'slice'>): Reads => {
  const logsOf = async (topic: TopicImage, partitions: readonly number[]): Promise<readonly LogOffsetsAnswer[]> => {
    const logs = await queries.logOffsets(partitions.map((partition) => ({ topicId: topic.id, partition })))
    for (const { errorCode } of logs) if (errorCode !== 0) throw new BrokerError(errorName(errorCode))
    return logs
  }

  const since = async (topic: TopicImage, partitions: readonly number[], time: number): Promise<readonly number[]> => {
    const asked = { topicId: topic.id, timestamp: time, committedOnly: false, replica: false }
    const found = await queries.listOffsets(partitions.map((partition) => ({ ...asked, partition })))
    for (const { errorCode } of found) if (errorCode !== 0) throw new BrokerError(errorName(errorCode))
    // -1 where all are older.
    return found.map(({ offset }) => (offset < 0 ? Number.MAX_SAFE_INTEGER : offset))
  }

  return {
    async begin(topic, { from, offset, time, partitions = topic.partitions.map(({ index }) => Number(index)) }) {
      checkPartitions(topic, partitions)
      const logs = await logsOf(topic, partitions)
      const times = from === 'time' ? await since(topic, partitions, Number(time ?? 0)) : []
      const first = (log: LogOffsetsAnswer, at: number): number => {
        if (from === 'earliest') return log.logStart
        if (from === 'offset') return Number(offset ?? 0)
        return from === 'time' ? (times[at] ?? 0) : log.highWatermark
      }
      const direction = from === 'latest' ? 'back' : 'forward'
      const positions = logs.map((log, at): Position => {
        const start = Math.min(Math.max(first(log, at), log.logStart), log.highWatermark)
        const bound = direction === 'back' ? log.logStart : log.highWatermark
        return { partition: partitions[at] ?? 0, at: start, bound }
      })
      const offsetsTotal = offsetsLeft(positions)
      const none = { scanned: 0, matched: 0, bytes: 0, elapsedMs: 0 }
      return { direction, follow: from === 'live', positions, ...none, offsetsTotal }
    },

    async goOn(topic, cursor, shown) {
      const { direction, follow } = cursor
      const partitions = cursor.positions.map(({ partition }) => partition)
      checkPartitions(topic, partitions)
      const logs = await logsOf(topic, partitions)
      const sum = (of: (log: LogOffsetsAnswer) => number): number => logs.reduce((all, log) => all + of(log), 0)
      const positions = cursor.positions.map((position, at) => within(position, cursor, logs[at]))
      const recordBytes =
        sum(({ size }) => size) /
        Math.max(
          1,
          sum((log) => log.highWatermark - log.logStart),
        )
      const begun = performance.now()
      const query = { topic: topic.name, positions, direction, recordBytes, ...shown }
      const slice = await threads.slice(topic.id, query)
      if ('refused' in slice) return slice.refused
      const elapsedMs = performance.now() - begun
      return {
        slice,
        elapsedMs,
        cursor: {
          direction,
          follow,
          positions: slice.positions,
          scanned: cursor.scanned + slice.scanned,
          matched: cursor.matched + slice.messages.length,
          bytes: cursor.bytes + slice.bytes,
          elapsedMs: cursor.elapsedMs + Math.round(elapsedMs),
          offsetsTotal: cursor.offsetsTotal,
        },
      }
    },
  }
}

const checkPartitions = (topic: TopicImage, partitions: readonly number[]): void => {
  const missing = partitions.find((partition) => topic.partitions[partition] === undefined)
  if (missing !== undefined) {
    throw new BrokerError('UNKNOWN_TOPIC_OR_PARTITION', `Topic ${topic.name} has no partition ${missing}.`)
  }
  if (new Set(partitions).size < partitions.length) {
    throw new BrokerError('INVALID_REQUEST', 'A partition is named twice.')
  }
  if (partitions.length > PARTITIONS_MAX) {
    throw new BrokerError('INVALID_REQUEST', `At most ${PARTITIONS_MAX} partitions are read at once: name some.`)
  }
}

/** Where the log has moved on since the position was written. */
const within = (position: Position, { direction, follow }: Cursor, log: LogOffsetsAnswer | undefined): Position => {
  if (log === undefined) return position
  const { logStart, highWatermark } = log
  const { partition } = position
  const at = Math.min(Math.max(position.at, logStart), highWatermark)
  if (direction === 'back') return { partition, at, bound: Math.min(at, Math.max(position.bound, logStart)) }
  return { partition, at, bound: follow ? highWatermark : Math.max(at, Math.min(position.bound, highWatermark)) }
}
