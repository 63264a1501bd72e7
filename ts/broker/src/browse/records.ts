/**
 * Records as the message browser sees them: everything of each, and views of the batches that they came in. The engine hands
 * batches out whole and uncompressed; their layout is drawn in `coordinator/record-batch.ts`.
 */
import { BrokerError } from '../base/errors.ts'

const HEADER_BYTES = 61
const LENGTH_AT = 8
const BEFORE_LENGTH_BYTES = 12
const LAST_DELTA_AT = 23
const ATTRIBUTES_AT = 21
const BASE_TIMESTAMP_AT = 27
const MAX_TIMESTAMP_AT = 35
const COUNT_AT = 57
const APPEND_TIME = 0x08
const CONTROL = 0x20

export interface RecordHeader {
  readonly name: string
  readonly value: Buffer | null
}

export interface LogRecord {
  readonly partition: number
  readonly offset: number
  /** Milliseconds since 1970 by custom; 64 bits of whatever the producer set. */
  readonly timestamp: bigint
  /** Whether the producer set it or the log. */
  readonly timestampType: 'create' | 'append'
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly RecordHeader[]
  /** Of the record as it lies in its batch. */
  readonly bytes: number
}

export interface Batch {
  readonly records: readonly LogRecord[]
  /** The offset behind it. */
  readonly next: number
}

/** One whole batch after the other, with its records from an offset on. Throws CORRUPT_MESSAGE. */
export function* readBatches(bytes: Buffer, partition: number, from: number): Generator<Batch, void> {
  for (let at = 0; at < bytes.length;) {
    if (bytes.length - at < HEADER_BYTES) throw damaged('a batch is cut')
    const size = bytes.readInt32BE(at + LENGTH_AT) + BEFORE_LENGTH_BYTES
    if (size < HEADER_BYTES || size > bytes.length - at) throw damaged('a batch has a wrong length')
    yield readBatch(bytes.subarray(at, at + size), partition, from)
    at += size
  }
}

const readBatch = (batch: Buffer, partition: number, from: number): Batch => {
  const records: LogRecord[] = []
  const baseOffset = Number(batch.readBigInt64BE(0))
  const attributes = batch.readInt16BE(ATTRIBUTES_AT)
  const next = baseOffset + batch.readInt32BE(LAST_DELTA_AT) + 1
  // Markers of transactions are no messages.
  if ((attributes & CONTROL) === 0) addRecords(batch, partition, from, records)
  return { records, next: Math.max(next, from) }
}

/** The same of any batch, markers of transactions too. Throws CORRUPT_MESSAGE. */
export const addRecords = (batch: Buffer, partition: number, from: number, records: LogRecord[]): void => {
  const baseOffset = Number(batch.readBigInt64BE(0))
  const attributes = batch.readInt16BE(ATTRIBUTES_AT)
  const baseTimestamp = batch.readBigInt64BE(BASE_TIMESTAMP_AT)
  const appendTime = (attributes & APPEND_TIME) === 0 ? null : batch.readBigInt64BE(MAX_TIMESTAMP_AT)
  const timestampType = appendTime === null ? 'create' : 'append'
  const count = batch.readInt32BE(COUNT_AT)
  const cursor = new Cursor(batch)
  for (let index = 0; index < count; index += 1) {
    const start = cursor.at
    const length = cursor.varint()
    const end = cursor.at + length
    if (length < 0 || end > batch.length) throw damaged('a record is cut')
    cursor.at += 1
    const timestamp = appendTime ?? baseTimestamp + cursor.varlong()
    if (appendTime !== null) cursor.varlong()
    const offset = baseOffset + cursor.varint()
    const key = cursor.bytes(end)
    const value = cursor.bytes(end)
    const headers = readHeaders(cursor, end)
    cursor.at = end
    if (offset < from) continue
    records.push({ partition, offset, timestamp, timestampType, key, value, headers, bytes: end - start })
  }
}

const NO_HEADERS: readonly RecordHeader[] = []

const readHeaders = (cursor: Cursor, end: number): readonly RecordHeader[] => {
  const count = cursor.varint()
  if (count <= 0) return NO_HEADERS
  if (count > end - cursor.at) throw damaged('headers are cut')
  return Array.from({ length: count }, () => {
    const name = cursor.bytes(end)?.toString() ?? ''
    return { name, value: cursor.bytes(end) }
  })
}

class Cursor {
  at = HEADER_BYTES
  readonly #batch: Buffer

  constructor(batch: Buffer) {
    this.#batch = batch
  }

  varint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#byte()
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1)
    }
    throw damaged('a varint is too long')
  }

  varlong(): bigint {
    // Most are small: as long as they fit, they are read as a number.
    const from = this.at
    let small = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte()
      small |= (byte & 0x7f) << shift
      if (byte < 0x80) return BigInt((small >>> 1) ^ -(small & 1))
    }
    this.at = from
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asIntN(64, (BigInt.asUintN(64, value) >> 1n) ^ -(value & 1n))
    }
    throw damaged('a varint is too long')
  }

  /** Null for a length below zero. */
  bytes(end: number): Buffer | null {
    const length = this.varint()
    if (length < 0) return null
    if (this.at + length > end) throw damaged('a key, a value or a header is cut')
    this.at += length
    return this.#batch.subarray(this.at - length, this.at)
  }

  #byte(): number {
    const byte = this.#batch[this.at++]
    if (byte === undefined) throw damaged('a varint is cut')
    return byte
  }
}

const damaged = (why: string): BrokerError => new BrokerError('CORRUPT_MESSAGE', `a topic cannot be read: ${why}`)

export interface NewRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly RecordHeader[]
}

/** A batch of one record; the engine fills in offset, leader epoch and checksum. */
export const encodeRecord = ({ key, value, headers }: NewRecord, timestamp: number): Buffer => {
  const parts = [
    // Attributes, and no distance to the first time and offset.
    Buffer.from([0, 0, 0]),
    ...sized(key),
    ...sized(value),
    varintOf(headers.length),
    ...headers.flatMap(({ name, value: content }) => [...sized(Buffer.from(name)), ...sized(content)]),
  ]
  const body = Buffer.concat(parts)
  const header = Buffer.alloc(HEADER_BYTES)
  const batch = Buffer.concat([header, varintOf(body.length), body])
  batch.writeInt32BE(batch.length - BEFORE_LENGTH_BYTES, LENGTH_AT)
  batch.writeInt32BE(-1, 12)
  batch.writeInt8(2, 16)
  batch.writeBigInt64BE(BigInt(timestamp), BASE_TIMESTAMP_AT)
  batch.writeBigInt64BE(BigInt(timestamp), MAX_TIMESTAMP_AT)
  // No producer, no epoch, no sequence.
  batch.fill(0xff, 43, COUNT_AT)
  batch.writeInt32BE(1, COUNT_AT)
  return batch
}

const sized = (bytes: Buffer | null): readonly Buffer[] =>
  bytes === null ? [varintOf(-1)] : [varintOf(bytes.length), bytes]

const varintOf = (value: number): Buffer => {
  const bytes: number[] = []
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  return Buffer.from([...bytes, rest])
}
