/**
 * A schema resolved for one version: which fields are on the wire and in what order, what may be null, and the
 * default of every field that is not there. Both `compile.ts` and `interpret.ts` follow it.
 */
import { hasLength, minimumBytes, type PrimitiveName } from './primitives.ts'
import type { AnyStruct, Field, Type } from './schema.ts'

export interface PlannedPrimitive {
  readonly kind: 'primitive'
  readonly name: PrimitiveName
  readonly nullable: boolean
  readonly bytesMin: number
}

export interface PlannedArray {
  readonly kind: 'array'
  readonly of: PlannedType
  readonly nullable: boolean
  readonly bytesMin: number
}

export interface PlannedStruct {
  readonly kind: 'struct'
  /** In the order of the schema, absent ones included: all versions yield objects of one shape. */
  readonly fields: readonly PlannedField[]
  readonly nullable: boolean
  readonly bytesMin: number
}

export type PlannedType = PlannedPrimitive | PlannedArray | PlannedStruct

/** What a field reads as when it is not on the wire; `null` for a field that must be. */
export interface Fallback {
  readonly value: unknown
}

export type PlannedField =
  | {
      readonly kind: 'positional'
      readonly name: string
      readonly type: PlannedType
      readonly fallback: Fallback | null
    }
  | {
      readonly kind: 'tagged'
      readonly name: string
      readonly type: PlannedType
      readonly fallback: Fallback
      readonly tag: number
    }
  | { readonly kind: 'absent'; readonly name: string; readonly fallback: Fallback }

export type TaggedField = Extract<PlannedField, { kind: 'tagged' }>

export interface Plan {
  readonly version: number
  readonly flexible: boolean
  readonly body: PlannedStruct
}

export const resolvePlan = (body: AnyStruct, version: number, flexibleFrom: number | null): Plan => {
  const flexible = flexibleFrom !== null && version >= flexibleFrom
  return { version, flexible, body: planStruct(body, version, flexible, false) }
}

/** The tagged fields of a struct in the order in which they are written. */
export const taggedFields = (struct: PlannedStruct): readonly TaggedField[] =>
  struct.fields.filter((field) => field.kind === 'tagged').sort((left, right) => left.tag - right.tag)

const planType = (type: Type, version: number, flexible: boolean, canBeNull: boolean): PlannedType => {
  switch (type.kind) {
    case 'nullable':
      return planType(type.of, version, flexible, version >= type.from)
    case 'primitive':
      if (canBeNull && !hasLength(type.name)) throw new Error(`${type.name} has no null`)
      return { kind: 'primitive', name: type.name, nullable: canBeNull, bytesMin: minimumBytes(type.name, flexible) }
    case 'array': {
      const of = planType(type.of, version, flexible, false)
      return { kind: 'array', of, nullable: canBeNull, bytesMin: flexible ? 1 : 4 }
    }
    case 'struct':
      return planStruct(type, version, flexible, canBeNull)
  }
}

const planStruct = (struct: AnyStruct, version: number, flexible: boolean, canBeNull: boolean): PlannedStruct => {
  const fields = Object.entries(struct.fields).map(([name, field]) => planField(name, field, version, flexible))
  let sum = flexible ? 1 : 0
  for (const field of fields) if (field.kind === 'positional') sum += field.type.bytesMin
  // An element of no bytes at all would let a short frame claim any number of them.
  return { kind: 'struct', fields, nullable: canBeNull, bytesMin: canBeNull ? 1 : Math.max(sum, 1) }
}

const planField = (name: string, field: Field, version: number, flexible: boolean): PlannedField => {
  if (field.kind !== 'versioned') {
    return { kind: 'positional', name, type: planType(field, version, flexible, false), fallback: null }
  }
  const fallback: Fallback = { value: frozen(field.fallback) }
  if (version < field.from || version > field.to) return { kind: 'absent', name, fallback }
  const type = planType(field.type, version, flexible, false)
  if (field.tag === null) return { kind: 'positional', name, type, fallback }
  if (!flexible) throw new Error(`${name} has a tag in version ${version}, which is not flexible`)
  return { kind: 'tagged', name, type, fallback, tag: field.tag }
}

/** One default serves every message read, so nobody may change it. */
const frozen = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  for (const inner of Object.values(value)) frozen(inner)
  return Object.freeze(value)
}

/** Whether a tagged field holds its default and hence stays off the wire. */
export const sameValue = (left: unknown, right: unknown): boolean => {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  if (ArrayBuffer.isView(left) || ArrayBuffer.isView(right)) return false
  if (Array.isArray(left) || Array.isArray(right)) {
    return Array.isArray(left) && Array.isArray(right) && left.length === 0 && right.length === 0
  }
  return Object.entries(right).every(([name, value]) => sameValue((left as Record<string, unknown>)[name], value))
}
