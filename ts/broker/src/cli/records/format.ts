// Records as text: a small language for people, JSON for machines. Bytes that are no UTF-8 stay what they are.
import { isUtf8 } from 'node:buffer'
import type { FetchedRecord } from '../client/records.ts'
import { Failure } from '../failure.ts'
import { toJson } from '../output/json.ts'
import { timeCell, timeText } from '../output/time.ts'

export type Formatter = (record: FetchedRecord) => Buffer

type Part = (record: FetchedRecord) => Buffer

const text = (value: string | number | bigint): Buffer => Buffer.from(String(value))
const NOTHING = Buffer.alloc(0)
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0', '\\': '\\' }

/** Compiles a format like `%o %k=%v{hex}\n`. Throws a Failure of usage. */
export const parseFormat = (format: string): Formatter => {
  const parts: Part[] = []
  const token = /%%|%([a-zA-Z])(?:\{([a-z0-9]+)\})?|\\x([0-9a-fA-F]{2})|\\(.)|([^%\\]+)|([\s\S])/g
  for (const [, letter, modifier, hex, escaped, plain, odd] of format.matchAll(token)) {
    if (letter !== undefined) parts.push(partOf(letter, modifier))
    else if (hex !== undefined) parts.push(constant(Buffer.from(hex, 'hex')))
    else if (escaped !== undefined) parts.push(constant(Buffer.from(escapes[escaped] ?? escaped)))
    else if (odd === '%') throw noFormat('a % at the end')
    else parts.push(constant(Buffer.from(plain ?? odd ?? '%')))
  }
  return (record) => Buffer.concat(parts.map((part) => part(record)))
}

const constant =
  (bytes: Buffer): Part =>
  () =>
    bytes

const noFormat = (what: string): Failure =>
  new Failure('usage', `the format does not work: ${what}`, { next: 'millrace consume --help lists what there is' })

const partOf = (letter: string, modifier: string | undefined): Part => {
  const bytes = encoder(modifier)
  switch (letter) {
    case 't':
      return ({ topic }) => text(topic)
    case 'p':
      return ({ partition }) => text(partition)
    case 'o':
      return ({ offset }) => text(offset)
    case 'e':
      return ({ leaderEpoch }) => text(leaderEpoch)
    case 'd':
      return ({ timestamp }) => text(timeIn(modifier, timestamp))
    case 'k':
      return ({ key }) => bytes(key)
    case 'v':
    case 's':
      return ({ value }) => bytes(value)
    case 'K':
      return ({ key }) => text(key?.length ?? -1)
    case 'V':
      return ({ value }) => text(value?.length ?? -1)
    case 'h':
      return ({ headers }) =>
        Buffer.concat(
          headers.flatMap(([name, content], at) => [text(at > 0 ? ',' : ''), name, text('='), bytes(content)]),
        )
    case 'a':
      return ({ compression }) => text(compression)
    case 'n':
      return constant(text('\n'))
    default:
      throw noFormat(`nobody knows %${letter}`)
  }
}

const encoder = (modifier: string | undefined): ((bytes: Buffer | null) => Buffer) => {
  switch (modifier) {
    case undefined:
    case 'iso':
    case 'local':
      return (bytes) => bytes ?? NOTHING
    case 'hex':
    case 'base64':
      return (bytes) => text(bytes?.toString(modifier) ?? '')
    case 'json':
      return (bytes) => text(toJson(jsonBytes(bytes)))
    default:
      throw noFormat(`nobody knows {${modifier}}; there are {hex}, {base64} and {json}`)
  }
}

const timeIn = (modifier: string | undefined, timestamp: bigint): string => {
  const time = timeCell(timestamp)
  if (modifier === undefined || !(time instanceof Date)) return String(timestamp)
  return timeText(time, modifier === 'iso')
}

/** Null for what no calendar reaches. */
export const isoTime = (timestamp: bigint): string | null => {
  const time = timeCell(timestamp)
  return time instanceof Date ? time.toISOString() : null
}

/** Text as a string, other bytes as `{ base64 }`, which `millrace produce --format json` reads back. */
export const jsonBytes = (bytes: Buffer | null): string | null | { readonly base64: string } => {
  if (bytes === null) return null
  return isUtf8(bytes) ? bytes.toString() : { base64: bytes.toString('base64') }
}

/** Text as it is, other bytes in hexadecimal. */
export const textOrHex = (bytes: Buffer | null): string | null => {
  if (bytes === null) return null
  return isUtf8(bytes) ? bytes.toString() : bytes.toString('hex')
}

export const recordValue = ({ topic, partition, offset, timestamp, key, value, headers }: FetchedRecord): object => ({
  topic,
  partition,
  offset,
  timestamp,
  time: isoTime(timestamp),
  key: jsonBytes(key),
  value: jsonBytes(value),
  headers: headers.map(([name, content]) => [name.toString(), jsonBytes(content)]),
})
