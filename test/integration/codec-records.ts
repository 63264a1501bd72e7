// The records of codecs.test.ts and their two file formats, one JSON object a line, binary fields in base64:
//   to send   { key, value, headers: [[name, value]], timestamp }
//   received  { topic, offset, timestamp, key, bytes, sha256, headers }   (bytes and sha256 of the value; null for a null value)
import { createHash } from 'node:crypto'
import { random } from '../harness/seed.ts'

export interface SentRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly (readonly [string, Buffer])[]
  /** null: the client gives the time. */
  readonly timestamp: number | null
}

export interface ReceivedRecord {
  readonly offset: number
  readonly timestamp: number | null
  readonly key: string | null
  readonly bytes: number | null
  readonly sha256: string | null
  readonly headers: readonly (readonly [string, string])[]
}

const LARGE_BYTES = 900_000
const FIRST_TIMESTAMP = 1_700_000_000_000
const SMALL_RECORDS = 40

/** Half of it random, so that no codec makes it small. */
export const largeValue = (): Buffer => {
  const next = random(LARGE_BYTES)
  return Buffer.from(
    Uint8Array.from({ length: LARGE_BYTES }, (_, at) => (at % 2 === 0 ? 0x61 : Math.floor(next() * 256))),
  )
}

const binary = Buffer.from(Uint8Array.from({ length: 256 }, (_, at) => at))
const none: readonly (readonly [string, Buffer])[] = []

export const records: readonly SentRecord[] = [
  { key: Buffer.from('key'), value: Buffer.from('value'), headers: none },
  { key: null, value: Buffer.from('no key'), headers: none },
  { key: Buffer.from('tombstone'), value: null, headers: none },
  { key: null, value: null, headers: none },
  { key: Buffer.alloc(0), value: Buffer.alloc(0), headers: none },
  {
    key: Buffer.from('headers'),
    value: Buffer.from('two'),
    headers: [
      ['trace', Buffer.from('4bf92f35')],
      ['empty', Buffer.alloc(0)],
      ['bytes', Buffer.from([1, 2, 0xfe, 0xff])],
    ] as const,
  },
  { key: binary, value: binary, headers: none },
  { key: Buffer.from('large'), value: largeValue(), headers: none },
  ...Array.from({ length: SMALL_RECORDS }, (_, at) => ({
    key: Buffer.from(`k${at % 7}`),
    value: Buffer.from(`small record number ${at}`),
    headers: none,
  })),
].map((record, at) => Object.assign(record, { timestamp: FIRST_TIMESTAMP + at }))

export const toLine = ({ key, value, headers, timestamp }: SentRecord): string =>
  `${JSON.stringify({ key: text(key), value: text(value), headers: headers.map(([name, header]) => [name, text(header)]), timestamp })}\n`

export const expected = ({ key, value, headers, timestamp }: SentRecord, offset: number): ReceivedRecord => ({
  offset,
  timestamp,
  key: text(key),
  bytes: value === null ? null : value.length,
  sha256: value === null ? null : sha256(value),
  headers: headers.map(([name, header]) => [name, header.toString('base64')] as const),
})

export const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex')

const text = (data: Buffer | null): string | null => (data === null ? null : data.toString('base64'))
