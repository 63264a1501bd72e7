// A line as a record: with a key in front, or as the JSON that `millrace consume` writes.
import { Failure } from '../failure.ts'

type Header = readonly [Buffer, Buffer]

export interface NewRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly Header[]
  /** Where the line itself says so. */
  readonly partition: number | null
}

/** Throws a Failure for a line that is none. */
export type LineReader = (line: Buffer) => NewRecord

export interface LineForm {
  readonly format: 'lines' | 'json'
  readonly key: string | undefined
  readonly separator: string | undefined
  readonly headers: readonly Header[]
  /** Stands for a value that is null. */
  readonly nullText: string | undefined
}

/** `name=value`. Throws a Failure of usage. */
export const parseHeader = (text: string): Header => {
  const at = text.indexOf('=')
  if (at < 0) throw new Failure('usage', `--header ${text} is not of the form name=value`)
  return [Buffer.from(text.slice(0, at)), Buffer.from(text.slice(at + 1))]
}

export const readerOf = (form: LineForm): LineReader =>
  form.format === 'json' ? (line) => fromJson(line, form.headers) : fromLine(form)

const fromLine = ({ key, separator, headers, nullText }: LineForm): LineReader => {
  const fixed = key === undefined ? null : Buffer.from(key)
  const mark = separator === undefined ? null : Buffer.from(separator.replaceAll(String.raw`\t`, '\t'))
  const none = nullText === undefined ? null : Buffer.from(nullText)
  const valueOf = (bytes: Buffer): Buffer | null => (none?.equals(bytes) === true ? null : bytes)
  return (line) => {
    const at = mark === null ? -1 : line.indexOf(mark)
    if (mark === null || at < 0) return { key: fixed, value: valueOf(line), headers, partition: null }
    return { key: line.subarray(0, at), value: valueOf(line.subarray(at + mark.length)), headers, partition: null }
  }
}

const fromJson = (line: Buffer, headers: readonly Header[]): NewRecord => {
  const found = parsed(line)
  if (typeof found !== 'object' || found === null || Array.isArray(found)) throw noRecord(line)
  const record = found as Readonly<Record<string, unknown>>
  const { partition = null } = record
  if (partition !== null && (typeof partition !== 'number' || !Number.isSafeInteger(partition) || partition < 0))
    throw noRecord(line)
  return {
    key: bytesOf(record['key'], line),
    value: bytesOf(record['value'], line),
    headers: [...headers, ...headersOf(record['headers'], line)],
    partition,
  }
}

const parsed = (line: Buffer): unknown => {
  try {
    return JSON.parse(line.toString()) as unknown
  } catch {
    throw noRecord(line)
  }
}

const headersOf = (found: unknown, line: Buffer): readonly Header[] => {
  if (found === undefined || found === null) return []
  const pairs: readonly unknown[] = Array.isArray(found) ? found : Object.entries(found)
  return pairs.map((pair) => {
    const [name, content] = Array.isArray(pair) ? (pair as unknown[]) : []
    if (typeof name !== 'string') throw noRecord(line)
    return [Buffer.from(name), bytesOf(content, line) ?? Buffer.alloc(0)] as const
  })
}

const bytesOf = (found: unknown, line: Buffer): Buffer | null => {
  if (found === undefined || found === null) return null
  if (typeof found === 'string') return Buffer.from(found)
  if (typeof found === 'object' && 'base64' in found && typeof found.base64 === 'string')
    return Buffer.from(found.base64, 'base64')
  throw noRecord(line)
}

const SHOWN_MAX = 60

const noRecord = (line: Buffer): Failure =>
  new Failure('failure', `this line is no record: ${line.toString().slice(0, SHOWN_MAX)}`, {
    next: 'write {"key": text, "value": text, "headers": [[name, text]]}, or {"base64": ...} for other bytes',
  })
