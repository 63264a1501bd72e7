/**
 * One slice of a read: records of some partitions in the order of time, those that a filter keeps made readable, until enough
 * were found or the slice has had its share of time and bytes. Whoever wants more asks again from where it ended.
 */
import { messageOf } from '../base/errors.ts'
import type { Mask } from '../configs/mask-rules.ts'
import { ExpressionError } from './expression-error.ts'
import { compileFilter, type Filter, type Reading, type Test } from './filter.ts'
import { maskRecord } from './masks.ts'
import { type Direction, mergeByTime } from './merge.ts'
import { type Position, type ReadLog, readBack, readForward } from './partition-reader.ts'
import { type Decoded, decodePayload } from './payload.ts'
import type { LogRecord, RecordHeader } from './records.ts'
import type { Wish } from './wishes.ts'

export interface SliceQuery extends Reading {
  readonly positions: readonly Position[]
  readonly direction: Direction
  readonly filter: Filter | null
  readonly masks: readonly Mask[]
  readonly limit: number
  /** Of a payload no more is shown. */
  readonly charactersMax: number
  /** Bytes as they are, in base64. */
  readonly raw: boolean
  /** On average. */
  readonly recordBytes: number
}

export interface Payload extends Decoded {
  /** As it lies in the log. */
  readonly bytes: number
  /** There is more of it. */
  readonly cut: boolean
  readonly raw?: string
}

/** 64-bit numbers as texts: on the way to JSON. */
export interface Message {
  readonly partition: number
  readonly offset: string
  readonly timestamp: string
  readonly timestampType: LogRecord['timestampType']
  readonly bytes: number
  readonly key: Payload | null
  readonly value: Payload | null
  readonly headers: readonly { readonly name: string; readonly value: Payload | null }[]
}

export interface Slice {
  readonly messages: readonly Message[]
  readonly positions: readonly Position[]
  readonly scanned: number
  readonly bytes: number
  /** Records on which the filter failed, and how on the first. */
  readonly failed: number
  readonly failure: string | null
}

/** `why` for an expression that is none. */
export type SliceAnswer = Slice | { readonly refused: string }

const SLICE_MS = 250
/** What a slice reads into: 16 KiB for each of as many partitions as may be read at once. */
export const MEMORY_BYTES = 16 * 1024 * 1024
/** Of one partition, at once. */
const CHUNK_BYTES_MAX = 1024 * 1024
/** Of what is shown. */
const ANSWER_BYTES_MAX = 4 * 1024 * 1024

/**
 * Throws what a log cannot be read for. At least one record is passed, or there was none. `memory` is what partitions share to be
 * read into, and free again when this resolves.
 */
export const readSlice = async (
  query: SliceQuery,
  read: ReadLog,
  memory: Buffer,
  now: () => number = () => performance.now(),
): Promise<SliceAnswer> => {
  const test = compiled(query)
  if (typeof test === 'string') return { refused: test }
  const { positions, direction, limit, recordBytes } = query
  const chunkBytes = Math.min(CHUNK_BYTES_MAX, Math.floor(memory.length / Math.max(positions.length, 1)))
  const open = direction === 'forward' ? readForward : readBack
  const readers = positions.map((position, at) =>
    open(position, { read, memory: memory.subarray(at * chunkBytes, (at + 1) * chunkBytes), recordBytes }),
  )
  const merged = await mergeByTime(readers, direction)
  const until = now() + SLICE_MS
  const messages: Message[] = []
  let [scanned, bytes, shown, failed] = [0, 0, 0, 0]
  let failure: string | null = null
  while (messages.length < limit && shown < ANSWER_BYTES_MAX) {
    const next = await merged.next()
    if (next === undefined) break
    scanned += 1
    bytes += next.bytes
    try {
      const record = maskRecord(next, query.masks, query.topic)
      if (test(record)) {
        messages.push(messageFrom(record, query))
        shown += Math.min(next.bytes, 2 * query.charactersMax)
      }
    } catch (thrown) {
      failed += 1
      failure ??= messageOf(thrown)
    }
    if (now() >= until) break
  }
  return { messages, positions: readers.map(({ position }) => position), scanned, bytes, failed, failure }
}

const compiled = ({ filter, ...reading }: SliceQuery): Test | string => {
  if (filter === null) return () => true
  try {
    return compileFilter(filter, reading)
  } catch (thrown) {
    if (!(thrown instanceof ExpressionError)) throw thrown
    return thrown.message
  }
}

const messageFrom = (record: LogRecord, query: SliceQuery): Message => {
  const { partition, offset, timestamp, timestampType, bytes, key, value, headers } = record
  const { keyAs, valueAs } = query
  const show = (payload: Buffer | null, wish: Wish, part: 'key' | 'value' | 'header'): Payload | null => {
    if (payload === null) return null
    const { text, ...decoded } = decodePayload(payload, wish, { topic: query.topic, part, key })
    return {
      ...decoded,
      text: text.slice(0, query.charactersMax),
      bytes: payload.length,
      cut: text.length > query.charactersMax,
      ...(query.raw ? { raw: payload.toString('base64') } : {}),
    }
  }
  return {
    partition,
    offset: String(offset),
    timestamp: String(timestamp),
    timestampType,
    bytes,
    key: show(key, keyAs, 'key'),
    value: show(value, valueAs, 'value'),
    headers: headers.map((header: RecordHeader) => ({
      name: header.name,
      value: show(header.value, 'auto', 'header'),
    })),
  }
}
