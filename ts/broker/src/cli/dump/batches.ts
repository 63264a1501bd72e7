// Batches and records of data files, as rows.
import { messageOf } from '../../base/errors.ts'
import { addRecords, type LogRecord } from '../../browse/records.ts'
import { type DumpedBatch, type DumpedHole, loadNative } from '../../engine/native.ts'
import { timeCell } from '../output/time.ts'
import { type Cell, columns, type View } from '../output/view.ts'
import { isoTime, jsonBytes, textOrHex } from '../records/format.ts'

type Batch = Omit<DumpedBatch, 'plain'>

export interface BatchRow {
  readonly file: string
  /** Null for bytes that are no good batch. */
  readonly batch: Batch | null
  readonly hole: DumpedHole | null
  readonly records: readonly LogRecord[]
}

/** A file from its start to its end, about a MiB at a time. */
export async function* batchesOf(
  file: string,
  withRecords: boolean,
  complain: (what: string) => void,
): AsyncIterable<readonly BatchRow[]> {
  const { dumpBatches } = loadNative()
  for (let [at, next, ended] = [0, 0, false]; !ended;) {
    const stretch = await dumpBatches(file, at, next, withRecords)
    const { batches, hole } = stretch
    const rows = batches.map(({ plain, ...batch }): BatchRow => {
      const records = withRecords ? recordsIn(batch, plain, (why) => complain(`${file}: ${why}`)) : []
      return { file, batch, hole: null, records }
    })
    if (hole !== undefined) {
      complain(`${file}: bytes ${hole.fromByte} to ${hole.toByte}: ${hole.why}${lostOffsets(hole)}`)
      rows.push({ file, batch: null, hole, records: [] })
    }
    yield rows
    ;[at, next, ended] = [stretch.nextByte, stretch.nextOffset, stretch.last]
  }
}

const lostOffsets = ({ fromOffset, toOffset }: DumpedHole): string =>
  toOffset > fromOffset ? `; it goes on at offset ${toOffset} where ${fromOffset} was expected` : ''

const recordsIn = (batch: Batch, plain: Buffer | undefined, complain: (why: string) => void): readonly LogRecord[] => {
  const records: LogRecord[] = []
  try {
    if (plain === undefined) throw new Error('its records cannot be uncompressed')
    addRecords(plain, 0, 0, records)
  } catch (error) {
    complain(`the batch at byte ${batch.position}: ${messageOf(error)}`)
  }
  return records
}

const nameOf = ({ file, batch, hole }: BatchRow): string => `${file}:${batch?.position ?? hole?.fromByte}`

/** `records` is null where they were not asked for. */
const batchValue = ({ file, batch, hole }: BatchRow, records: readonly object[] | null): object =>
  batch === null ? { file, valid: false, ...hole } : { file, valid: true, ...batch, records }

export const batchesView = (rows: readonly BatchRow[]): View => ({
  value: rows.map((row) => batchValue(row, null)),
  table: {
    columns: columns(
      ['position', 'bytes', 'offsets', 'records', 'codec', 'newest', 'producer', 'kind', 'valid'],
      ['leader epoch', 'sequences', 'crc', 'file'],
    ),
    rows: rows.map(batchCells),
  },
  names: rows.map(nameOf),
})

const batchCells = ({ file, batch, hole }: BatchRow): readonly Cell[] => {
  if (batch === null) {
    const [from, to] = [hole?.fromByte ?? 0, hole?.toByte ?? 0]
    return [from, to - from, null, null, null, null, null, null, hole?.why ?? null, null, null, null, file]
  }
  const nobodys = batch.producerId < 0n
  return [
    batch.position,
    batch.bytes,
    `${batch.baseOffset}-${batch.lastOffset}`,
    batch.count,
    batch.codec,
    timeCell(batch.maxTimestamp),
    nobodys ? null : `${batch.producerId}/${batch.producerEpoch}`,
    kindOf(batch),
    true,
    batch.leaderEpoch,
    nobodys ? null : `${batch.baseSequence}-${batch.lastSequence}`,
    batch.crc,
    file,
  ]
}

const kindOf = ({ control, transactional }: Batch): string => {
  if (control) return 'control'
  return transactional ? 'transaction' : 'data'
}

/** With `hex` bytes are hexadecimal whatever they are; else text where they are that. */
export const recordsView = (rows: readonly BatchRow[], hex: boolean): View => {
  const inJson = (bytes: Buffer | null): unknown => (hex ? (bytes?.toString('hex') ?? null) : jsonBytes(bytes))
  const inTable = (bytes: Buffer | null): string | null => (hex ? (bytes?.toString('hex') ?? null) : textOrHex(bytes))
  const recordValue = (record: LogRecord, control: boolean): object => {
    const { offset, timestamp, key, value, headers } = record
    return {
      offset,
      timestamp,
      time: isoTime(timestamp),
      marker: control ? markerOf(record) : null,
      key: control ? null : inJson(key),
      value: control ? null : inJson(value),
      headers: headers.map((header) => [header.name, inJson(header.value)]),
    }
  }
  const recordCells = (record: LogRecord, { position, control }: Batch, file: string): readonly Cell[] => [
    position,
    record.offset,
    timeCell(record.timestamp),
    control ? markerOf(record) : inTable(record.key),
    control ? null : inTable(record.value),
    record.headers.map(({ name, value }) => `${name}=${inTable(value) ?? ''}`).join(','),
    file,
  ]
  return {
    value: rows.map((row) =>
      batchValue(
        row,
        row.records.map((record) => recordValue(record, row.batch?.control === true)),
      ),
    ),
    table: {
      columns: columns(['position', 'offset', 'time', 'key', 'value', 'headers'], ['file']),
      rows: rows.flatMap(({ file, batch, hole, records }): (readonly Cell[])[] =>
        batch === null
          ? [[hole?.fromByte ?? 0, null, null, null, hole?.why ?? null, null, file]]
          : records.map((record) => recordCells(record, batch, file)),
      ),
    },
    names: rows.flatMap(({ file, records }) => records.map(({ offset }) => `${file}:${offset}`)),
  }
}

const markers = ['ABORT', 'COMMIT']

/** The key of a marker: version i16, kind i16. */
const markerOf = ({ key }: LogRecord): string => {
  const kind = key !== null && key.length >= 4 ? key.readInt16BE(2) : -1
  return markers[kind] ?? `control record of kind ${kind}`
}
