// Random values for any message: what a version can carry, in the shape in which it reads.
import { topicIdFromBytes } from 'millrace/base/ids.js'
import { taggedFields, type PlannedField, type PlannedStruct, type PlannedType } from 'millrace/wire/plan.js'
import type { PrimitiveName } from 'millrace/wire/primitives.js'
import fc from 'fast-check'

const ARRAY_LENGTH_MAX = 3
const BYTES_MAX = 20

const buffer = fc.uint8Array({ maxLength: BYTES_MAX }).map((bytes) => Buffer.from(bytes))
const integer = (bits: number): fc.Arbitrary<number> =>
  fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 })

const primitives: Readonly<Record<PrimitiveName, fc.Arbitrary<unknown>>> = {
  boolean: fc.boolean(),
  int8: integer(8),
  int16: integer(16),
  int32: integer(32),
  int64: fc.maxSafeInteger(),
  int64Big: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  uuid: fc.uint8Array({ minLength: 16, maxLength: 16 }).map(topicIdFromBytes),
  string: fc.string({ unit: 'grapheme', maxLength: BYTES_MAX }),
  bytes: buffer,
  records: buffer,
}

/** Absent fields hold their defaults, so that a value equals what is read back. */
export const arbitraryStruct = (struct: PlannedStruct): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(Object.fromEntries(struct.fields.map((field) => [field.name, arbitraryField(field)])))

const arbitraryField = (field: PlannedField): fc.Arbitrary<unknown> => {
  if (field.kind === 'absent') return fc.constant(field.fallback.value)
  const value = arbitraryType(field.type)
  return field.kind === 'tagged' ? fc.oneof(value, fc.constant(field.fallback.value)) : value
}

const arbitraryType = (type: PlannedType): fc.Arbitrary<unknown> => {
  const present = arbitraryPresent(type)
  return type.nullable ? fc.option(present, { nil: null }) : present
}

const arbitraryPresent = (type: PlannedType): fc.Arbitrary<unknown> => {
  switch (type.kind) {
    case 'primitive':
      return primitives[type.name]
    case 'array':
      return fc.array(arbitraryType(type.of), { maxLength: ARRAY_LENGTH_MAX })
    case 'struct':
      return arbitraryStruct(type)
  }
}

/** The same value with everything left out that has a default and holds it. */
export const withoutDefaults = (struct: PlannedStruct, value: Readonly<Record<string, unknown>>): unknown => {
  const tagged = new Set(taggedFields(struct).map(({ name }) => name))
  return Object.fromEntries(
    struct.fields.flatMap((field) => {
      const held = value[field.name]
      if (field.kind === 'absent' || (tagged.has(field.name) && held === field.fallback?.value)) return []
      return [[field.name, held]]
    }),
  )
}
