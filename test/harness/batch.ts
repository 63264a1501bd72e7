// Record batches by hand, so that a test can make every field of one wrong.

export const HEADER_BYTES = 61
const CRC_AT = 17
const CRC_FROM = 21

const castagnoli = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1
  return value >>> 0
})

const crc32c = (bytes: Buffer): number => {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crc >>> 8) ^ (castagnoli[(crc ^ byte) & 0xff] ?? 0)
  return ~crc >>> 0
}

const varint = (value: number): Buffer => {
  let left = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n))
  const bytes: number[] = []
  for (; left > 0x7fn; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80)
  bytes.push(Number(left))
  return Buffer.from(bytes)
}

const nullableBytes = (bytes: Buffer | null): Buffer =>
  bytes === null ? varint(-1) : Buffer.concat([varint(bytes.length), bytes])

export interface TestRecord {
  readonly key?: string | null
  readonly value?: string | Buffer | null
}

const encodeRecord = ({ key = null, value = null }: TestRecord, offsetDelta: number): Buffer => {
  const body = Buffer.concat([
    Buffer.from([0]),
    varint(0),
    varint(offsetDelta),
    nullableBytes(key === null ? null : Buffer.from(key)),
    nullableBytes(value === null ? null : Buffer.from(value)),
    varint(0),
  ])
  return Buffer.concat([varint(body.length), body])
}

export const encodeRecords = (records: readonly TestRecord[]): Buffer =>
  Buffer.concat(records.map((record, index) => encodeRecord(record, index)))

/** Every field of the header, each with the value that an ordinary producer sends. */
export interface BatchFields {
  readonly baseOffset?: bigint
  readonly batchLength?: number
  readonly leaderEpoch?: number
  readonly magic?: number
  readonly crc?: number
  readonly attributes?: number
  readonly lastOffsetDelta?: number
  readonly baseTimestamp?: number
  readonly maxTimestamp?: number
  readonly producerId?: number
  readonly producerEpoch?: number
  readonly baseSequence?: number
  readonly recordsCount?: number
  /** Instead of the encoded records. */
  readonly body?: Buffer
}

/** Whether the CRC of a whole batch is that of its bytes. */
export const crcIsRight = (whole: Buffer): boolean => whole.readUInt32BE(CRC_AT) === crc32c(whole.subarray(CRC_FROM))

/** One batch of magic 2; the CRC is right unless one is given. */
export const batch = (records: readonly TestRecord[], fields: BatchFields = {}): Buffer => {
  const body = fields.body ?? encodeRecords(records)
  const now = fields.baseTimestamp ?? Date.now()
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeBigInt64BE(fields.baseOffset ?? 0n, 0)
  header.writeInt32BE(fields.batchLength ?? HEADER_BYTES - 12 + body.length, 8)
  header.writeInt32BE(fields.leaderEpoch ?? -1, 12)
  header.writeInt8(fields.magic ?? 2, 16)
  header.writeInt16BE(fields.attributes ?? 0, 21)
  header.writeInt32BE(fields.lastOffsetDelta ?? records.length - 1, 23)
  header.writeBigInt64BE(BigInt(now), 27)
  header.writeBigInt64BE(BigInt(fields.maxTimestamp ?? now), 35)
  header.writeBigInt64BE(BigInt(fields.producerId ?? -1), 43)
  header.writeInt16BE(fields.producerEpoch ?? -1, 51)
  header.writeInt32BE(fields.baseSequence ?? -1, 53)
  header.writeInt32BE(fields.recordsCount ?? records.length, 57)
  const whole = Buffer.concat([header, body])
  whole.writeUInt32BE(fields.crc ?? crc32c(whole.subarray(CRC_FROM)), CRC_AT)
  return whole
}

/** Every whole batch of fetched bytes, its checksum checked. What Kafka adds of the next one, cut at the limit, is left out. */
export function* wholeBatches(bytes: Buffer): Generator<Buffer> {
  let rest = bytes
  while (rest.length >= HEADER_BYTES) {
    const size = rest.readInt32BE(8) + 12
    if (rest.length < size) return
    const whole = rest.subarray(0, size)
    if (!crcIsRight(whole)) throw new Error('a fetched batch has a wrong checksum')
    yield whole
    rest = rest.subarray(size)
  }
}
