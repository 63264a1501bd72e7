/**
 * Kafka's log of metadata as it lies in a data directory: `__cluster_metadata-0` with the newest snapshot that is whole,
 * `<offset>-<epoch>.checkpoint`, and the segments from that offset on. What a transaction of the controller wrote counts when
 * the transaction came to its end.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32c } from '../base/crc32c.ts'
import { readBatches, type ReadBatch } from '../coordinator/record-batch.ts'
import { Reader } from '../wire/reader.ts'
import { unfit } from './unfit.ts'

export const METADATA_DIRECTORY = '__cluster_metadata-0'

/** One record, its fields not yet read. */
export interface MetadataFrame {
  readonly kind: number
  readonly version: number
  readonly fields: Reader
}

const SNAPSHOT = /^(\d{20})-(\d{10})\.checkpoint$/
const SEGMENT = /^(\d{20})\.log$/
const FRAME_VERSION = 1
const BEGIN_TRANSACTION = 23
const END_TRANSACTION = 24
const ABORT_TRANSACTION = 25
/** Of the control record that ends a snapshot, in its key. */
const SNAPSHOT_FOOTER = 4
const CONTROL_TYPE_AT = 2

/** The records of the log in this data directory; null when there is none. Throws what cannot be read. */
export const readMetadataLog = (dataDirectory: string): readonly MetadataFrame[] | null => {
  const directory = join(dataDirectory, METADATA_DIRECTORY)
  if (!existsSync(directory)) return null
  const names = readdirSync(directory).toSorted()
  const snapshot = newestSnapshot(directory, names)
  const frames: MetadataFrame[] = [...(snapshot?.batches ?? [])].flatMap(framesOf)
  const segments = names.filter((name) => SEGMENT.test(name))
  let next = snapshot?.end ?? 0
  for (const [at, name] of segments.entries()) {
    const path = join(directory, name)
    const bytes = readFileSync(path)
    const { batches, end } = wholeBatches(bytes)
    if (end < bytes.length && at < segments.length - 1) throw unfit(`${path} is damaged at byte ${end}`)
    for (const batch of batches) {
      if (batch.nextOffset <= next) continue
      if (batch.baseOffset > next) throw unfit(`${path} goes on at ${batch.baseOffset} where ${next} is expected`)
      frames.push(...framesOf(batch))
      next = batch.nextOffset
    }
  }
  return committed(frames)
}

const newestSnapshot = (directory: string, names: readonly string[]) => {
  for (const name of names.toReversed()) {
    const [, offset] = SNAPSHOT.exec(name) ?? []
    if (offset === undefined) continue
    const { batches } = wholeBatches(readFileSync(join(directory, name)))
    const last = batches.at(-1)
    const type = last?.control === true ? last.records[0]?.key.readInt16BE(CONTROL_TYPE_AT) : undefined
    if (type === SNAPSHOT_FOOTER) return { end: Number(offset), batches }
  }
  return null
}

const committed = (frames: readonly MetadataFrame[]): readonly MetadataFrame[] => {
  const done: MetadataFrame[] = []
  let open: MetadataFrame[] | undefined
  for (const frame of frames) {
    if (frame.kind === BEGIN_TRANSACTION) open = []
    else if (frame.kind === ABORT_TRANSACTION) open = undefined
    else if (frame.kind === END_TRANSACTION) {
      done.push(...(open ?? []))
      open = undefined
    } else (open ?? done).push(frame)
  }
  return done
}

const framesOf = (batch: ReadBatch): readonly MetadataFrame[] => {
  if (batch.control) return []
  return batch.records.flatMap(({ value }) => {
    if (value === null) return []
    const fields = new Reader(value)
    const version = fields.unsignedVarint()
    if (version !== FRAME_VERSION) throw unfit(`a record of the metadata has frame version ${version}`)
    return [{ kind: fields.unsignedVarint(), version: fields.unsignedVarint(), fields }]
  })
}

const HEADER_BYTES = 61
const LENGTH_AT = 8
const BEFORE_LENGTH_BYTES = 12
const CRC_AT = 17
const CRC_FROM = 21
const CODECS = 0x07

/** Batches up to the first that is cut or does not match its checksum: what a kill left of the last write. */
const wholeBatches = (bytes: Buffer): { readonly batches: readonly ReadBatch[]; readonly end: number } => {
  const batches: ReadBatch[] = []
  let end = 0
  while (bytes.length - end >= HEADER_BYTES) {
    const size = bytes.readInt32BE(end + LENGTH_AT) + BEFORE_LENGTH_BYTES
    if (size < HEADER_BYTES || size > bytes.length - end) break
    const batch = bytes.subarray(end, end + size)
    if (batch.readUInt32BE(CRC_AT) !== crc32c(batch.subarray(CRC_FROM))) break
    if ((batch.readInt16BE(CRC_FROM) & CODECS) !== 0) throw unfit('the metadata is compressed')
    batches.push(...readBatches(batch))
    end += size
  }
  return { batches, end }
}
