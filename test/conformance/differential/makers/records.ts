// Record batches: good ones in every codec, and bad ones.
import { gzipSync } from 'node:zlib'
import { batch, type BatchFields, encodeRecords, type TestRecord } from '../../../harness/batch.ts'
import type { Dice } from '../dice.ts'
import type { Records, Sequence } from '../draft.ts'

const TIMES_FROM = 1_700_000_000_000
/** An id that no broker hands out in a run; it stands for itself on both. */
export const UNKNOWN_PRODUCER = 987_654
const FAR_FUTURE = 4_000_000_000_000
const RECORDS_MAX = 5

const codecNames = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

/** Bytes as they are inside the frame of a codec: each allows that, so that no library is needed. */
const stored: Readonly<Record<(typeof codecNames)[number], (body: Buffer) => Buffer>> = {
  none: (body) => body,
  gzip: (body) => gzipSync(body),
  // The length, then one literal, whose length less one takes two bytes.
  snappy: (body) => Buffer.concat([varint(body.length), Buffer.from([61 << 2]), int16(body.length - 1), body]),
  // Independent blocks of 64 KiB; a block whose length has its highest bit set is not compressed; no block is the end.
  lz4: (body) =>
    Buffer.concat([Buffer.from('04224d18604082', 'hex'), int32(body.length + 2 ** 31), body, Buffer.alloc(4)]),
  // A window of 1 KiB and no checksum; one last block of kind "raw".
  zstd: (body) =>
    Buffer.concat([Buffer.from('28b52ffd0000', 'hex'), int32((body.length << 3) | 1).subarray(0, 3), body]),
}

const varint = (value: number): Buffer =>
  value < 128 ? Buffer.from([value]) : Buffer.concat([Buffer.from([(value & 127) | 128]), varint(value >>> 7)])

const int16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/** Fields of the header that a producer must not send, by what is wrong. */
const wrongFields = (count: number): Readonly<Record<string, BatchFields>> => ({
  'a wrong crc': { crc: 1 },
  'magic 1': { magic: 1 },
  'magic 3': { magic: 3 },
  'magic -1': { magic: -1 },
  'no record, says the count': { recordsCount: 0 },
  'a record more, says the count': { recordsCount: count + 1 },
  'a negative count': { recordsCount: -1 },
  'a large last delta': { lastOffsetDelta: count + 3 },
  'a negative last delta': { lastOffsetDelta: -1 },
  'a base offset': { baseOffset: 7n },
  'a leader epoch': { leaderEpoch: 3 },
  'the control bit': { attributes: 1 << 5 },
  'the transactional bit': { attributes: 1 << 4 },
  'the bit of a delete horizon': { attributes: 1 << 6 },
  'an unused bit': { attributes: 1 << 8 },
  'an unknown codec': { attributes: 5 },
  'the time of the broker': { attributes: 1 << 3 },
  'a short length': { batchLength: 40 },
  'a negative length': { batchLength: -1 },
  'a length beyond the end': { batchLength: 10_000 },
  'a time to come': { baseTimestamp: FAR_FUTURE, maxTimestamp: FAR_FUTURE },
  'no time': { baseTimestamp: -1, maxTimestamp: -1 },
  'a producer without a sequence': { producerId: 5, producerEpoch: 0, baseSequence: -1 },
  'a sequence without a producer': { producerEpoch: 0, baseSequence: 0 },
  'an id that nobody gave': { producerId: UNKNOWN_PRODUCER, producerEpoch: 0, baseSequence: 3 },
})

/** What was done to the bytes of a batch. */
const wrongBytes: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  nothing: () => Buffer.alloc(0),
  'half a batch': (bytes) => bytes.subarray(0, bytes.length >> 1),
  'a few bytes': (bytes) => bytes.subarray(0, 9),
  'two batches': (bytes) => Buffer.concat([bytes, bytes]),
  'a batch and zeros': (bytes) => Buffer.concat([bytes, Buffer.alloc(20)]),
}

/** One good batch. */
export const goodRecords = (dice: Dice, sequence?: Sequence): Records => {
  const records = someRecords(dice)
  const codec = dice.weighted({ none: 12, gzip: 1, snappy: 1, lz4: 1, zstd: 1 })
  const about = `${records.length} records, ${codec}`
  return { ...described(about, records, codec, fieldsOf(dice), sequence), isGood: true }
}

/** One batch with something wrong in its header or around it. */
export const badRecords = (dice: Dice, sequence?: Sequence): Records | null => {
  const records = someRecords(dice)
  // Kafka never answers it, which takes its time.
  if (dice.chance(0.01)) return null
  if (dice.chance(0.2)) {
    const [what, damage] = dice.of(Object.entries(wrongBytes))
    const damaged = damage(batch(records, fieldsOf(dice)))
    return { about: `records: ${what}`, isGood: false, count: 0, sequence: undefined, encode: () => damaged }
  }
  const [what, fields] = dice.of(Object.entries(wrongFields(records.length)))
  return described(`records with ${what}`, records, 'none', { ...fieldsOf(dice), ...fields }, sequence)
}

const someRecords = (dice: Dice): readonly TestRecord[] =>
  dice.times(1, RECORDS_MAX, (at) => ({
    key: dice.chance(0.3) ? null : `key-${at}`,
    value: dice.chance(0.1) ? null : 'v'.repeat(dice.int(0, 60)),
  }))

const fieldsOf = (dice: Dice): BatchFields => {
  const time = TIMES_FROM + dice.int(0, 1000) * 1000
  return { baseTimestamp: time, maxTimestamp: time }
}

const described = (
  about: string,
  records: readonly TestRecord[],
  codec: (typeof codecNames)[number],
  fields: BatchFields,
  sequence: Sequence | undefined,
): Records => ({
  about: sequence === undefined ? about : `${about}, ${String(sequence.producer)}/${sequence.epoch}/${sequence.first}`,
  isGood: false,
  count: records.length,
  sequence,
  encode: (raw) =>
    batch(records, {
      ...(sequence === undefined
        ? {}
        : { producerId: raw(sequence.producer), producerEpoch: sequence.epoch, baseSequence: sequence.first }),
      attributes: codecNames.indexOf(codec),
      body: stored[codec](encodeRecords(records)),
      ...fields,
    }),
})
