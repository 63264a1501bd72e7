// An answer in the form in which those of two brokers are compared: ids, times, addresses and texts for people give way to what they
// stand for, lists of things with names go by name, and records are batches with all their fields. Everything else stays as it is.
import { ZERO_TOPIC_ID } from 'millrace/base/ids.js'
import { crcIsRight } from '../../harness/batch.ts'
import type { Id, IdKind, RawId, Side } from './side.ts'

/** An id that its broker has shown for the first time. */
export class NewId {
  readonly kind: IdKind
  readonly raw: RawId

  constructor(kind: IdKind, raw: RawId) {
    this.kind = kind
    this.raw = raw
  }

  toJSON(): string {
    return `<new ${this.kind}>`
  }
}

const idFields: Readonly<Record<string, IdKind>> = {
  clusterId: 'cluster',
  logDir: 'directory',
  topicId: 'topic',
  producerId: 'producer',
  sessionId: 'session',
  memberId: 'member',
  leader: 'member',
}

/** What stands where there is none. */
const noId: Readonly<Record<IdKind, RawId>> = {
  cluster: '',
  directory: '',
  topic: ZERO_TOPIC_ID,
  producer: -1,
  session: 0,
  member: '',
}

/** The ids in a message that are spelt out. */
export const idsIn = (value: unknown, field = ''): readonly NewId[] => {
  if (Array.isArray(value)) return value.flatMap((element) => idsIn(element, field))
  if (typeof value === 'object' && value !== null && !Buffer.isBuffer(value)) {
    return Object.entries(value).flatMap(([name, inner]) => idsIn(inner, name))
  }
  const kind = idFields[field]
  const isId = kind !== undefined && (typeof value === 'string' || typeof value === 'number') && value !== noId[kind]
  return isId ? [new NewId(kind, value)] : []
}

/** Written for people, by each broker in its own words. */
const texts = new Set(['errorMessage', 'batchIndexErrorMessage', 'documentation'])

/** Of the machine at that moment. */
const measured = new Set(['totalBytes', 'usableBytes'])

/** A time this close to now was made by the broker: tests send none such. */
const NOW_WITHIN_MS = 1_800_000

/** What an element of a list is known by, whichever it has. */
const nameFields = [
  'name',
  'topic',
  'groupId',
  'resourceName',
  'apiKey',
  'key',
  'topicId',
  'partitionIndex',
  'partition',
  'index',
  'memberId',
  'producerId',
]

export const normal = (side: Side, value: unknown, field = ''): unknown => {
  if (Buffer.isBuffer(value)) return field === 'records' ? batches(side, value) : value.toString('hex')
  if (Array.isArray(value)) return list(side, value, field)
  if (typeof value !== 'object' || value === null) return scalar(side, value, field)
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, normal(side, inner, name)]))
}

/** Under their names, so that one that is missing does not shift the others; the order of a Map is that of the list. */
const list = (side: Side, values: readonly unknown[], field: string): unknown => {
  const elements = values.map((value) => normal(side, value, field))
  const names = elements.map(nameOf)
  if (names.includes(undefined)) return elements
  const seen = new Map<string, number>()
  return new Map(
    elements.map((element, at) => {
      const name = names[at] ?? ''
      const times = (seen.get(name) ?? 0) + 1
      seen.set(name, times)
      return [times === 1 ? name : `${name} (${times})`, element]
    }),
  )
}

type Name = string | number | Id | NewId | null | undefined

const nameOf = (value: unknown): string | undefined => {
  if (typeof value !== 'object' || value === null) return undefined
  const names = nameFields.map((field) => Reflect.get(value, field) as Name)
  const given = names.filter((each) => each !== undefined && each !== null)
  const name = given.find((each) => each !== '') ?? given[0]
  // A new id is another one on each side: the first of one is the first of the other.
  return name === undefined ? undefined : name instanceof NewId ? name.toJSON() : String(name)
}

const scalar = (side: Side, value: unknown, field: string): unknown => {
  const kind = idFields[field]
  if (kind !== undefined && (typeof value === 'string' || typeof value === 'number')) {
    return noId[kind] === value ? value : (side.id(kind, value) ?? new NewId(kind, value))
  }
  if (texts.has(field)) return value === null || value === '' ? value : '<text>'
  if (field === 'port') return value === side.port ? '<port>' : value
  if (typeof value !== 'number') return value
  if (measured.has(field)) return value > 0 ? '<bytes>' : value
  return Math.abs(value - Date.now()) < NOW_WITHIN_MS ? '<now>' : value
}

const HEADER_BYTES = 61

/** Every whole batch, and how many bytes of another follow. */
const batches = (side: Side, bytes: Buffer): unknown => {
  const found: unknown[] = []
  let rest = bytes
  while (rest.length >= HEADER_BYTES) {
    const size = rest.readInt32BE(8) + 12
    if (size < HEADER_BYTES || rest.length < size) break
    found.push(batch(side, rest.subarray(0, size)))
    rest = rest.subarray(size)
  }
  return { batches: found, cut: rest.length }
}

const batch = (side: Side, bytes: Buffer): unknown => {
  const time = (at: number): unknown => scalar(side, Number(bytes.readBigInt64BE(at)), '')
  return {
    baseOffset: Number(bytes.readBigInt64BE(0)),
    leaderEpoch: bytes.readInt32BE(12),
    magic: bytes.readInt8(16),
    crcIsRight: crcIsRight(bytes),
    attributes: bytes.readInt16BE(21),
    lastOffsetDelta: bytes.readInt32BE(23),
    baseTimestamp: time(27),
    maxTimestamp: time(35),
    producerId: scalar(side, Number(bytes.readBigInt64BE(43)), 'producerId'),
    producerEpoch: bytes.readInt16BE(51),
    baseSequence: bytes.readInt32BE(53),
    recordsCount: bytes.readInt32BE(57),
    records: bytes.subarray(HEADER_BYTES).toString('hex'),
  }
}
