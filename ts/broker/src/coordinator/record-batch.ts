/**
 * Record batches of internal topics as bytes. The engine fills in base offset, leader epoch and checksum when it
 * appends, and hands batches back decompressed, so neither is done here.
 *
 * ```
 *  0 baseOffset i64      8 batchLength i32 (all that follows)   12 leaderEpoch i32    16 magic i8 = 2
 * 17 crc u32            21 attributes i16                       23 lastOffsetDelta i32
 * 27 baseTimestamp i64  35 maxTimestamp i64                     43 producerId i64     51 producerEpoch i16
 * 53 baseSequence i32   57 recordsCount i32                     61 records
 *
 * record: length varint | attributes i8 | timestampDelta varlong | offsetDelta varint
 *         | keyLength varint, key | valueLength varint, value | headerCount varint, headers
 * ```
 */
import { BrokerError } from '../base/errors.ts'
import type { StoredRecord } from './shard.ts'

const HEADER_BYTES = 61
const LENGTH_AT = 8
const BEFORE_LENGTH_BYTES = 12
const MAGIC = 2
const NO_PRODUCER = -1
const TRANSACTIONAL = 0x10
const CONTROL = 0x20

/** What a record takes besides key and value, at most: six varints and the attributes. */
const RECORD_OVERHEAD_BYTES = 32

export const batchHeaderBytes = HEADER_BYTES

/** An upper bound of what the record adds to a batch. */
export const recordBytesMax = (record: StoredRecord): number =>
  RECORD_OVERHEAD_BYTES + record.key.length + (record.value?.length ?? 0)

export interface ReadRecord extends StoredRecord {
  readonly offset: number
}

export interface ReadBatch {
  readonly baseOffset: number
  readonly nextOffset: number
  /** Null when the batch belongs to no transaction. */
  readonly transaction: string | null
  readonly control: boolean
  readonly records: readonly ReadRecord[]
}

export const encodeBatch = (records: readonly StoredRecord[], timestamp: number): Buffer => {
  const bytes = Buffer.alloc(records.reduce((sum, record) => sum + recordBytesMax(record), HEADER_BYTES))
  let at = HEADER_BYTES
  records.forEach((record, delta) => {
    at = writeRecord(bytes, at, record, delta)
  })
  bytes.writeInt32BE(at - BEFORE_LENGTH_BYTES, LENGTH_AT)
  bytes.writeInt32BE(-1, 12)
  bytes.writeInt8(MAGIC, 16)
  bytes.writeInt32BE(records.length - 1, 23)
  bytes.writeBigInt64BE(BigInt(timestamp), 27)
  bytes.writeBigInt64BE(BigInt(timestamp), 35)
  bytes.writeBigInt64BE(BigInt(NO_PRODUCER), 43)
  bytes.writeInt16BE(-1, 51)
  bytes.writeInt32BE(-1, 53)
  bytes.writeInt32BE(records.length, 57)
  return bytes.subarray(0, at)
}

/** Walks concatenated batches. Damage is an error: the engine has checked what it hands out. */
export function* readBatches(bytes: Buffer): Iterable<ReadBatch> {
  for (let at = 0; at < bytes.length;) {
    if (bytes.length - at < HEADER_BYTES) throw damaged('a batch is cut')
    const size = bytes.readInt32BE(at + LENGTH_AT) + BEFORE_LENGTH_BYTES
    if (size < HEADER_BYTES || size > bytes.length - at) throw damaged('a batch has a wrong length')
    yield readBatch(bytes.subarray(at, at + size))
    at += size
  }
}

const readBatch = (bytes: Buffer): ReadBatch => {
  const baseOffset = Number(bytes.readBigInt64BE(0))
  const attributes = bytes.readInt16BE(21)
  const count = bytes.readInt32BE(57)
  const cursor: Cursor = { bytes, at: HEADER_BYTES }
  const records: ReadRecord[] = []
  for (let index = 0; index < count; index++) records.push(readRecord(cursor, baseOffset))
  return {
    baseOffset,
    nextOffset: baseOffset + bytes.readInt32BE(23) + 1,
    transaction: (attributes & TRANSACTIONAL) === 0 ? null : bytes.readBigInt64BE(43).toString(),
    control: (attributes & CONTROL) !== 0,
    records,
  }
}

interface Cursor {
  readonly bytes: Buffer
  at: number
}

const readRecord = (cursor: Cursor, baseOffset: number): ReadRecord => {
  const length = readVarint(cursor)
  const end = cursor.at + length
  if (length < 0 || end > cursor.bytes.length) throw damaged('a record is cut')
  cursor.at += 1
  skipVarint(cursor)
  const offset = baseOffset + readVarint(cursor)
  const key = readBytes(cursor, end)
  const value = readBytes(cursor, end)
  cursor.at = end
  return { offset, key: key ?? Buffer.alloc(0), value }
}

const readBytes = (cursor: Cursor, end: number): Buffer | null => {
  const length = readVarint(cursor)
  if (length < 0) return null
  if (cursor.at + length > end) throw damaged('a key or value is cut')
  cursor.at += length
  return cursor.bytes.subarray(cursor.at - length, cursor.at)
}

const readVarint = (cursor: Cursor): number => {
  let value = 0
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = cursor.bytes[cursor.at++]
    if (byte === undefined) throw damaged('a varint is cut')
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) return (value >>> 1) ^ -(value & 1)
  }
  throw damaged('a varint is too long')
}

const skipVarint = (cursor: Cursor): void => {
  while ((cursor.bytes[cursor.at++] ?? 0) >= 0x80);
}

const writeRecord = (bytes: Buffer, at: number, record: StoredRecord, delta: number): number => {
  const valueLength = record.value?.length ?? -1
  const body =
    1 +
    1 +
    varintBytes(delta) +
    varintBytes(record.key.length) +
    record.key.length +
    varintBytes(valueLength) +
    Math.max(valueLength, 0) +
    1
  let next = writeVarint(bytes, at, body) + 2 // attributes and timestamp delta are zero
  next = writeVarint(bytes, next, delta)
  next = writeVarint(bytes, next, record.key.length)
  next += record.key.copy(bytes, next)
  next = writeVarint(bytes, next, valueLength)
  if (record.value !== null) next += record.value.copy(bytes, next)
  return next + 1 // no headers
}

const zigzag = (value: number): number => ((value << 1) ^ (value >> 31)) >>> 0

const varintBytes = (value: number): number => {
  let bytes = 1
  for (let rest = zigzag(value) >>> 7; rest !== 0; rest >>>= 7) bytes++
  return bytes
}

const writeVarint = (bytes: Buffer, at: number, value: number): number => {
  let rest = zigzag(value)
  let next = at
  while (rest > 0x7f) {
    bytes[next++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  bytes[next++] = rest
  return next
}

const damaged = (why: string): BrokerError =>
  new BrokerError('CORRUPT_MESSAGE', `an internal topic cannot be read: ${why}`)
