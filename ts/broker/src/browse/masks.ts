/** What nobody is to see is taken out of a record before anything looks at it: neither a list nor a filter tells it. */
import type { Mask } from '../configs/mask-rules.ts'
import { type Exact, writeExact } from './exact-json.ts'
import { decodePayload, type Place, valueOf } from './payload.ts'
import type { LogRecord } from './records.ts'

const MASKED = '***'
const MASKED_BYTES = Buffer.from(MASKED)

export const maskRecord = (record: LogRecord, masks: readonly Mask[], topic: string): LogRecord => {
  if (masks.length === 0) return record
  const { key, value, headers } = record
  const pathsOf = (part: Mask['part']) => masks.flatMap((mask) => (mask.part === part ? [mask.path] : []))
  const names = pathsOf('headers')
  return {
    ...record,
    key: maskPayload(key, pathsOf('key'), { topic, part: 'key', key }),
    value: maskPayload(value, pathsOf('value'), { topic, part: 'value', key }),
    headers: headers.map((header) => {
      const isMasked = names.some(([name]) => name === undefined || name === '*' || name === header.name.toLowerCase())
      return isMasked && header.value !== null ? { ...header, value: MASKED_BYTES } : header
    }),
  }
}

/** What cannot be taken apart is masked as a whole: it could be anywhere in it. */
const maskPayload = (payload: Buffer | null, paths: readonly Mask['path'][], place: Place): Buffer | null => {
  if (payload === null || paths.length === 0) return payload
  if (paths.some((path) => path.length === 0)) return MASKED_BYTES
  const value = valueOf(decodePayload(payload, 'auto', place))
  if (typeof value !== 'object' || value === null) return MASKED_BYTES
  return Buffer.from(writeExact(paths.reduce<Exact>(masked, value)))
}

const masked = (value: Exact, path: Mask['path']): Exact => {
  const [name, ...rest] = path
  if (name === undefined) return MASKED
  if (isList(value)) return value.map((item) => masked(item, path))
  if (typeof value === 'string') return MASKED
  if (typeof value !== 'object' || value === null) return value
  // A field may have dots in its name.
  const whole = path.join('.')
  const inside = (field: string, inner: Exact): Exact => {
    if (field === whole) return MASKED
    return name === '*' || name === field ? masked(inner, rest) : inner
  }
  return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, inside(field, inner)]))
}

const isList = (value: Exact): value is readonly Exact[] => Array.isArray(value)
