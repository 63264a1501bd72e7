// A request that both brokers get: the same bytes, but for the ids that each of them made up.
import type { ApiName, apis } from 'millrace/messages/index.js'
import { type AnyStruct, type Api, type Draft, type Field, nullable, type Type } from 'millrace/wire/schema.js'
import { requestBytes } from '../../harness/peer.ts'
import { Id, type RawId, type Side } from '../comparison/side.ts'

/** Record batches, which may hold the id of a producer. */
export interface Records {
  readonly about: string
  readonly isGood: boolean
  /** How many sequence numbers it takes, of which producer in which state. */
  readonly count: number
  readonly sequence: Sequence | undefined
  readonly encode: (raw: (id: Id | number) => number) => Buffer
}

export interface Sequence {
  readonly producer: Id
  readonly epoch: number
  readonly first: number
}

/** A value in which an id may stand for what each broker calls it, and records are not encoded yet. */
type Open<T> = T extends Buffer
  ? T | Records
  : T extends RawId
    ? T | Id
    : T extends readonly (infer Element)[]
      ? readonly Open<Element>[]
      : T extends object
        ? { readonly [Key in keyof T]: Open<T[Key]> }
        : T

export type OpenRequest<Name extends ApiName> = Open<Draft<(typeof apis)[Name]['request']>>

export const isRecords = (value: object): value is Records => 'encode' in value

const close = (value: unknown, side: Side): unknown => {
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value
  if (value instanceof Id) return side.raw(value)
  if (isRecords(value)) return value.encode((id) => (id instanceof Id ? Number(side.raw(id)) : id))
  if (Array.isArray(value)) return value.map((element) => close(element, side))
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, close(inner, side)]))
}

const VERSION_AT = 2

export interface Sent {
  readonly api: Api
  readonly version: number
  readonly request: unknown
  /** What the header says, if not the version in which the rest is written. */
  readonly claimedVersion: number
}

/** One frame without its length. */
export const encode = ({ api, version, request, claimedVersion }: Sent, side: Side, correlationId: number): Buffer => {
  const bytes = requestBytes(loose(api), version, close(request, side) as Draft<AnyStruct>, correlationId)
  bytes.writeInt16BE(claimedVersion, VERSION_AT)
  return bytes
}

/** The API with nulls allowed wherever bytes can say null. */
const loose = (api: Api): Api => {
  const known = looseApis.get(api)
  if (known !== undefined) return known
  const made = { ...api, request: looseStruct(api.request) }
  looseApis.set(api, made)
  return made
}

const looseApis = new Map<Api, Api>()

const looseStruct = (struct: AnyStruct): AnyStruct => ({
  ...struct,
  fields: Object.fromEntries(Object.entries(struct.fields).map(([name, field]) => [name, looseField(field)])),
})

const looseField = (field: Field): Field =>
  field.kind === 'versioned' ? { ...field, type: looseType(field.type) } : looseType(field)

const looseType = (type: Type): Type => {
  switch (type.kind) {
    case 'nullable':
      return looseType(type.of)
    case 'array':
      return nullable({ ...type, of: looseType(type.of) })
    case 'struct':
      return looseStruct(type)
    case 'primitive':
      return type.name === 'string' || type.name === 'bytes' || type.name === 'records' ? nullable(type) : type
  }
}

/** For a message: ids and records by what they are. */
export const showRequest = (request: unknown): string =>
  JSON.stringify(request, (_, value: unknown) => {
    if (typeof value === 'object' && value !== null && isRecords(value)) return value.about
    if (typeof value === 'bigint') return `${value}n`
    if (typeof value === 'object' && value !== null && Reflect.get(value, 'type') === 'Buffer') {
      return Buffer.from(Reflect.get(value, 'data') as number[]).toString('hex')
    }
    return value
  })
