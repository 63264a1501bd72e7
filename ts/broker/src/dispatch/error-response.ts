/**
 * The answer of any API when its handler failed as a whole, made from the schemas: the error goes where the response
 * has its place for it, at the top or, where it has none there, at every item of the request. Nothing here names an API.
 */
import { errors, type ErrorCode } from '../base/error-codes.ts'
import { unreachable } from '../base/errors.ts'
import { ZERO_TOPIC_ID } from '../base/ids.ts'
import type { PrimitiveName } from '../wire/primitives.ts'
import type { AnyStruct, Api, Field, Type } from '../wire/schema.ts'

interface Failure {
  readonly code: ErrorCode
  readonly message: string
}

type Value = Readonly<Record<string, unknown>>

/** Null when the response of this version has no place for an error; only closing the connection tells then. */
export const errorResponse = (api: Api, version: number, request: Value, failure: Failure): Value | null =>
  hasError(api.response, version) ? fill(api.response, { version, failure, request, copied: {} }) : null

const ERROR_FIELD = 'errorCode'
const MESSAGE_FIELD = 'errorMessage'

interface Filling {
  readonly version: number
  readonly failure: Failure
  /** What this struct answers: the request, or one item of it. */
  readonly request: unknown
  /** What of an item its answer repeats. The top of a response repeats nothing. */
  readonly copied: Value
}

const fill = (struct: AnyStruct, filling: Filling): Value => {
  const { version, failure } = filling
  const own = carriesError(struct, version)
  const filled: Record<string, unknown> = {}
  for (const [name, field] of present(struct, version)) {
    if (name === ERROR_FIELD) filled[name] = errors[failure.code].code
    else if (name === MESSAGE_FIELD) filled[name] = failure.message
    else filled[name] = fieldValue(name, field, own, filling)
  }
  return filled
}

const fieldValue = (name: string, field: Field, ownError: boolean, filling: Filling): unknown => {
  const { version, failure, request, copied } = filling
  const type = typeOf(field)
  const inner = innerOf(type)
  if (inner.kind === 'array') {
    const element = inner.of
    if (ownError || element.kind !== 'struct' || !hasError(element, version)) return []
    return itemsFor(name, request).map((item) =>
      fill(element, { version, failure, request: item, copied: repeated(element, version, item) }),
    )
  }
  const value = copied[name]
  if (inner.kind === 'primitive' && value !== undefined && (value !== null || isNullable(type, version))) return value
  return field.kind === 'versioned' ? field.fallback : zero(type, version)
}

/** An item that was asked for as a bare value, such as a group id, is the first field of its kind in the answer. */
const repeated = (element: AnyStruct, version: number, item: unknown): Value => {
  if (isValue(item)) return item
  const wanted: PrimitiveName = typeof item === 'string' ? 'string' : 'int32'
  const found = present(element, version).find(([, field]) => {
    const inner = innerOf(typeOf(field))
    return inner.kind === 'primitive' && inner.name === wanted
  })
  return found === undefined ? {} : { [found[0]]: item }
}

/** What the request lists that this field of the response answers: by name, or else whatever it lists first. */
const itemsFor = (name: string, request: unknown): readonly unknown[] => {
  if (!isValue(request)) return []
  const named = request[name]
  if (Array.isArray(named)) return named
  return Object.values(request).find((value): value is unknown[] => Array.isArray(value) && value.length > 0) ?? []
}

const present = (struct: AnyStruct, version: number): readonly (readonly [string, Field])[] =>
  Object.entries(struct.fields).filter(
    ([, field]) => field.kind !== 'versioned' || (version >= field.from && version <= field.to),
  )

const carriesError = (struct: AnyStruct, version: number): boolean =>
  present(struct, version).some(([name]) => name === ERROR_FIELD)

/** At its top or below. */
const hasError = (struct: AnyStruct, version: number): boolean =>
  present(struct, version).some(([name, field]) => {
    if (name === ERROR_FIELD) return true
    const inner = innerOf(typeOf(field))
    return inner.kind === 'array' && inner.of.kind === 'struct' && hasError(inner.of, version)
  })

const typeOf = (field: Field): Type => (field.kind === 'versioned' ? field.type : field)

type Inner = Exclude<Type, { readonly kind: 'nullable' }>

const innerOf = (type: Type): Inner => (type.kind === 'nullable' ? innerOf(type.of) : type)

const isNullable = (type: Type, version: number): boolean => type.kind === 'nullable' && version >= type.from

const isValue = (value: unknown): value is Value => typeof value === 'object' && value !== null && !Array.isArray(value)

const zero = (type: Type, version: number): unknown => {
  if (isNullable(type, version)) return null
  const inner = innerOf(type)
  switch (inner.kind) {
    case 'primitive':
      return zeros[inner.name]
    case 'array':
      return []
    case 'struct':
      return Object.fromEntries(present(inner, version).map(([name, field]) => [name, zero(typeOf(field), version)]))
    default:
      return unreachable(inner)
  }
}

const zeros: { readonly [Name in PrimitiveName]: unknown } = {
  boolean: false,
  int8: 0,
  int16: 0,
  int32: 0,
  int64: 0,
  int64Big: 0n,
  uuid: ZERO_TOPIC_ID,
  string: '',
  bytes: Buffer.alloc(0),
  records: Buffer.alloc(0),
}
