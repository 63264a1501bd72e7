/**
 * Keys, values and headers made readable. Decoders are tried in an order in which none takes what a later one knows better, and each says
 * why it was the one.
 */
import { isUtf8 } from 'node:buffer'
import { gunzipSync } from 'node:zlib'
import { decode as decodeMessagePack } from '@msgpack/msgpack'
import { type Exact, parseExact, writeExact } from './exact-json.ts'
import { type Part, readInternal } from './internal-topics.ts'
import type { Wish } from './wishes.ts'

type Format = Exclude<Wish, 'auto'>

/** The contract of the admin API lists them for its clients; that none is missing there is proved by the types of its routes. */
type Reason =
  | 'asked'
  | 'notAsAsked'
  | 'topicIsInternal'
  | 'isEmpty'
  | 'parsesAsJson'
  | 'isPrintableUtf8'
  | 'isOneMessagePackContainer'
  | 'isTwoBytes'
  | 'isFourBytes'
  | 'isEightBytes'
  | 'isNothingElse'

/** What lies in a payload of gzip is not looked at beyond this. */
const INFLATED_BYTES_MAX = 4 * 1024 * 1024

export interface Decoded {
  readonly decoder: Format | 'internal'
  readonly why: Reason
  /** It lay in gzip. */
  readonly gzip: boolean
  /** All of it. JSON as it was written, so that its numbers keep their digits. */
  readonly text: string
}

export interface Place {
  readonly topic: string
  readonly part: Part | 'header'
  readonly key: Buffer | null
}

export const decodePayload = (bytes: Buffer, wish: Wish, place: Place): Decoded => {
  const inner = inflated(bytes)
  const plain = inner ?? bytes
  return { gzip: inner !== null, ...(wish === 'auto' ? found(plain, place) : asked(plain, wish)) }
}

type Found = Omit<Decoded, 'gzip'>

const found = (bytes: Buffer, { topic, part, key }: Place): Found => {
  const internal = part === 'header' ? null : readInternal(topic, part, key, bytes)
  if (internal !== null) return { decoder: 'internal', why: 'topicIsInternal', text: internal }
  if (bytes.length === 0) return { decoder: 'text', why: 'isEmpty', text: '' }
  if (isPrintable(bytes)) {
    const text = bytes.toString()
    return isJsonContainer(text)
      ? { decoder: 'json', why: 'parsesAsJson', text }
      : { decoder: 'text', why: 'isPrintableUtf8', text }
  }
  const packed = isContainer(bytes) ? fromMessagePack(bytes) : null
  if (packed !== null) return { decoder: 'messagepack', why: 'isOneMessagePackContainer', text: packed }
  const size = integerSizes[bytes.length]
  if (size !== undefined) return { decoder: 'integer', why: size.why, text: size.read(bytes).toString() }
  return { decoder: 'hex', why: 'isNothingElse', text: bytes.toString('hex') }
}

const asked = (bytes: Buffer, wish: Format): Found => {
  const text = readers[wish](bytes)
  if (text === null) return { decoder: 'hex', why: 'notAsAsked', text: bytes.toString('hex') }
  return { decoder: wish, why: 'asked', text }
}

/** Big-endian and signed, as Kafka's own serializers write them. */
const integerSizes: Readonly<
  Record<number, { readonly why: Reason; readonly read: (bytes: Buffer) => number | bigint }>
> = {
  2: { why: 'isTwoBytes', read: (bytes) => bytes.readInt16BE() },
  4: { why: 'isFourBytes', read: (bytes) => bytes.readInt32BE() },
  8: { why: 'isEightBytes', read: (bytes) => bytes.readBigInt64BE() },
}

const fromMessagePack = (bytes: Buffer): string | null => {
  try {
    return writeExact(decodeMessagePack(bytes, { useBigInt64: true }))
  } catch {
    return null
  }
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** A bare word or number is text as well, and text says less. */
const isJsonContainer = (text: string): boolean => /^\s*[[{"]/.test(text) && isJson(text)

const readers: Readonly<Record<Format, (bytes: Buffer) => string | null>> = {
  json: (bytes) => (isJson(bytes.toString()) ? bytes.toString() : null),
  text: (bytes) => bytes.toString(),
  messagepack: fromMessagePack,
  integer: (bytes) => integerSizes[bytes.length]?.read(bytes).toString() ?? null,
  hex: (bytes) => bytes.toString('hex'),
}

/** What filters look for text in: as decoded, but without finding out whether a text is JSON, which says nothing to them. */
export const searchableText = (bytes: Buffer, wish: Wish, place: Place): string => {
  const isPlain = wish === 'auto' || wish === 'json' || wish === 'text'
  // Numbers of some bytes begin with control characters, and so does gzip.
  const isText = isPlain && (bytes[0] ?? 0) >= SPACE && isUtf8(bytes)
  return isText ? bytes.toString() : decodePayload(bytes, wish, place).text
}

const TAB = 0x09
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const SPACE = 0x20
const DELETE = 0x7f

const isPrintable = (bytes: Buffer): boolean => {
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0
    const isSpace = byte === TAB || byte === LINE_FEED || byte === CARRIAGE_RETURN
    if ((byte < SPACE && !isSpace) || byte === DELETE) return false
  }
  return isUtf8(bytes)
}

/** A scalar of MessagePack could be anything. */
const isContainer = (bytes: Buffer): boolean => {
  const [first = 0] = bytes
  return (first >= 0x80 && first <= 0x9f) || (first >= 0xdc && first <= 0xdf)
}

const GZIP_BYTES_MIN = 18

const isGzip = (bytes: Buffer): boolean =>
  bytes.length >= GZIP_BYTES_MIN && bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 0x08

/** Null for what is not gzip, is damaged, or would become too large. */
const inflated = (bytes: Buffer): Buffer | null => {
  if (!isGzip(bytes)) return null
  try {
    return gunzipSync(bytes, { maxOutputLength: INFLATED_BYTES_MAX })
  } catch {
    return null
  }
}

/** As filters see it: JSON, MessagePack and internal records as values, integers as numbers, the rest as text. */
export const valueOf = ({ decoder, text }: Decoded): Exact => {
  if (decoder === 'text' || decoder === 'hex') return text
  return parseExact(text) ?? text
}
