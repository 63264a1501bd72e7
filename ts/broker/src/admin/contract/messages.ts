/** Messages of a topic: how they are asked for, and what each looks like once it was made readable. */
import { z } from 'zod'
import { int64, time } from './words.ts'

const formats = ['json', 'text', 'messagepack', 'integer', 'hex'] as const

/** The first that fits is taken; `why` says what fitted. */
export const decoders = [...formats, 'internal'] as const

export const decoderWish = z.enum(['auto', ...formats])

export const decodingReasons = [
  'asked',
  /** Hexadecimal, since it is not what was asked for. */
  'notAsAsked',
  'topicIsInternal',
  'isEmpty',
  'parsesAsJson',
  'isPrintableUtf8',
  'isOneMessagePackContainer',
  'isTwoBytes',
  'isFourBytes',
  'isEightBytes',
  'isNothingElse',
] as const

export const payload = z.object({
  decoder: z.enum(decoders),
  why: z.enum(decodingReasons),
  /** It lay in gzip. */
  gzip: z.boolean(),
  /** As it lies in the log. */
  bytes: z.int(),
  /** JSON is as it was written, so that its numbers keep their digits; MessagePack and internal records are JSON. */
  text: z.string(),
  /** There is more text than this. */
  cut: z.boolean(),
})

const shapeOf = <Payload extends z.ZodType>(content: Payload) => ({
  partition: z.int(),
  offset: int64,
  timestamp: time,
  /** Whether the producer set it or the log. */
  timestampType: z.enum(['create', 'append']),
  /** Of the whole record. */
  bytes: z.int(),
  /** Null for none. */
  key: content.nullable(),
  /** Null for a tombstone. */
  value: content.nullable(),
  headers: z.array(z.object({ name: z.string(), value: content.nullable() })),
})

export const message = z.object(shapeOf(payload))

/** With what produces it again. */
export const wholeMessage = z.object(shapeOf(payload.extend({ raw: z.base64() })))

const EXPRESSION_CHARACTERS_MAX = 2048
export const MESSAGES_MAX = 500
const MESSAGES = 50
export const PARTITIONS_MAX = 1000
const CURSOR_CHARACTERS_MAX = 128 * 1024

/**
 * `text` is looked for in any case of letters. `regex` is of RE2. `cel` sees `key`, `value`, `headers` (a map), `partition`,
 * `offset`, `timestamp` and `size`.
 */
export const filterLanguages = ['text', 'regex', 'cel'] as const

const partitionNumber = z.coerce.number<number>().int().min(0)

/** `0,3,7` in a query. */
const partitionList = z
  .union([z.array(partitionNumber), z.string().transform((text) => text.split(',').map(Number))])
  .pipe(z.array(z.int().min(0)).min(1).max(PARTITIONS_MAX))

/** What is asked for, the topic aside; a query may carry it. */
export const reading = {
  /**
   * `latest` is the newest first, going back; `live` what comes from now on. The others go forward, all partitions together in the
   * order of time.
   */
  from: z.enum(['earliest', 'latest', 'live', 'offset', 'time']).default('latest'),
  /** For `offset`: the first, in each partition. */
  offset: int64.optional(),
  /** For `time`: messages before it are left out. */
  time: int64.optional(),
  /** All of them where none is named. */
  partitions: partitionList.optional(),
  filter: z.string().max(EXPRESSION_CHARACTERS_MAX).default(''),
  language: z.enum(filterLanguages).default('text'),
  keyAs: decoderWish.default('auto'),
  valueAs: decoderWish.default('auto'),
}

export const asked = {
  ...reading,
  limit: z.int().min(1).max(MESSAGES_MAX).default(MESSAGES),
  /** Of an answer before: goes on where it ended, whatever `from` says. */
  cursor: z.string().max(CURSOR_CHARACTERS_MAX).optional(),
}

export const messages = z.object({
  items: z.array(message),
  /** Null at the end. A live read has none. Who does not send it on stops the search. */
  cursor: z.string().nullable(),
  /** All since the read began. */
  progress: z.object({
    scanned: int64,
    matched: int64,
    bytes: int64,
    elapsedMs: z.int(),
    /** Each second, of this answer. */
    scannedRate: z.number(),
    bytesRate: z.number(),
    offsetsDone: int64,
    offsetsTotal: int64,
  }),
  /** Records that the filter failed on, in this answer; how, on the first. */
  failed: z.int(),
  failure: z.string().nullable(),
})

const FILTER_NAME_CHARACTERS_MAX = 64

/** Something that can be seen, without blanks around it, and no step of an address. */
export const filterName = z
  .string()
  .min(1)
  .max(FILTER_NAME_CHARACTERS_MAX)
  .regex(/^(?!\.{1,2}$)[^\s\p{C}](?:[^\p{C}]*[^\s\p{C}])?$/u)

export const savedFilter = z.object({
  name: filterName,
  language: z.enum(filterLanguages),
  filter: z.string().min(1).max(EXPRESSION_CHARACTERS_MAX),
})

export const downloadFormats = ['ndjson', 'csv'] as const
export const DOWNLOAD_MESSAGES_MAX = 1_000_000

export const download = {
  ...reading,
  from: z.enum(['earliest', 'latest', 'offset', 'time']).default('latest'),
  format: z.enum(downloadFormats).default('ndjson'),
  max: z.coerce.number<number>().int().min(1).max(DOWNLOAD_MESSAGES_MAX).default(DOWNLOAD_MESSAGES_MAX),
}

/** `int32` and `int64` are decimal, and become big-endian. */
export const encodings = ['text', 'json', 'base64', 'hex', 'int32', 'int64'] as const

const content = z.object({ encoding: z.enum(encodings).default('text'), data: z.string() })

const HEADERS_MAX = 1000

export const newMessage = {
  /** By the hash of the key where none is named, as clients do; without a key any. */
  partition: z.int().min(0).optional(),
  key: content.nullable().default(null),
  /** Null for a tombstone. */
  value: content.nullable(),
  headers: z
    .array(z.object({ name: z.string(), value: content.nullable() }))
    .max(HEADERS_MAX)
    .default([]),
}

export const producedMessage = z.object({
  partition: z.int(),
  /** Null where it was not sent. */
  offset: int64.nullable(),
  /** Of the batch. */
  bytes: z.int(),
})
