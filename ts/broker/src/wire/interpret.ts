/**
 * The plan walked field by field: slow and easy to see through. Tests hold the compiled functions against it.
 */
import {
  sameValue,
  taggedFields,
  type Plan,
  type PlannedArray,
  type PlannedPrimitive,
  type PlannedStruct,
  type PlannedType,
} from './plan.ts'
import type { PrimitiveName } from './primitives.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

type Values = Record<string, unknown>

export const interpretRead = (plan: Plan, reader: Reader): unknown => readStruct(plan.body, plan.flexible, reader)

export const interpretWrite = (plan: Plan, writer: Writer, value: unknown): void =>
  writeStruct(plan.body, plan.flexible, writer, value as Values)

const readType = (type: PlannedType, flexible: boolean, reader: Reader): unknown => {
  switch (type.kind) {
    case 'primitive':
      return readPrimitive(type, flexible, reader)
    case 'array':
      return readArray(type, flexible, reader)
    case 'struct':
      return type.nullable && !reader.structPresent() ? null : readStruct(type, flexible, reader)
  }
}

const readStruct = (struct: PlannedStruct, flexible: boolean, reader: Reader): Values => {
  const values: Values = {}
  for (const field of struct.fields) {
    values[field.name] = field.kind === 'positional' ? readType(field.type, flexible, reader) : field.fallback.value
  }
  if (!flexible) return values
  let tag = -1
  for (let left = reader.unsignedVarint(); left > 0; left--) {
    tag = reader.tag(tag)
    const end = reader.tagEnd()
    const field = taggedFields(struct).find((known) => known.tag === tag)
    if (field === undefined) reader.skipTo(end)
    else values[field.name] = readType(field.type, flexible, reader)
    reader.closeTag(end)
  }
  return values
}

const readArray = (array: PlannedArray, flexible: boolean, reader: Reader): unknown[] | null => {
  const count = readCount(array, flexible, reader)
  return count < 0 ? null : Array.from({ length: count }, () => readType(array.of, flexible, reader))
}

const readCount = ({ nullable, of }: PlannedArray, flexible: boolean, reader: Reader): number => {
  if (flexible)
    return nullable ? reader.compactNullableArrayLength(of.bytesMin) : reader.compactArrayLength(of.bytesMin)
  return nullable ? reader.nullableArrayLength(of.bytesMin) : reader.arrayLength(of.bytesMin)
}

const readPrimitive = ({ name, nullable }: PlannedPrimitive, flexible: boolean, reader: Reader): unknown => {
  switch (name) {
    case 'string':
      if (flexible) return nullable ? reader.compactNullableString() : reader.compactString()
      return nullable ? reader.nullableString() : reader.string()
    case 'bytes':
      if (flexible) return nullable ? reader.compactNullableBytes() : reader.compactBytes()
      return nullable ? reader.nullableBytes() : reader.bytes()
    case 'records':
      if (flexible) return nullable ? reader.compactNullableRecords() : reader.compactRecords()
      return nullable ? reader.nullableRecords() : reader.records()
    default:
      return reader[name]()
  }
}

const writeType = (type: PlannedType, flexible: boolean, writer: Writer, value: unknown): void => {
  switch (type.kind) {
    case 'primitive':
      return writePrimitive(type, flexible, writer, value)
    case 'array':
      return writeArray(type, flexible, writer, value as readonly unknown[] | null)
    case 'struct':
      if (type.nullable) writer.structPresent(value !== null)
      if (value !== null) writeStruct(type, flexible, writer, value as Values)
  }
}

const writeStruct = (struct: PlannedStruct, flexible: boolean, writer: Writer, values: Values): void => {
  for (const field of struct.fields) {
    if (field.kind !== 'positional') continue
    const value = values[field.name]
    writeType(field.type, flexible, writer, value === undefined ? field.fallback?.value : value)
  }
  if (!flexible) return
  const written = taggedFields(struct).filter((field) => {
    const value = values[field.name]
    return value !== undefined && !sameValue(value, field.fallback.value)
  })
  writer.unsignedVarint(written.length)
  for (const field of written) {
    writer.tagged(field.tag, (aside) => writeType(field.type, flexible, aside, values[field.name]))
  }
}

const writeArray = (
  array: PlannedArray,
  flexible: boolean,
  writer: Writer,
  values: readonly unknown[] | null,
): void => {
  if (values === null) {
    if (!array.nullable) throw new TypeError('null where the version has none')
    return flexible ? writer.compactNullArray() : writer.nullArray()
  }
  if (flexible) writer.compactArrayLength(values.length)
  else writer.arrayLength(values.length)
  for (const value of values) writeType(array.of, flexible, writer, value)
}

const writePrimitive = (type: PlannedPrimitive, flexible: boolean, writer: Writer, value: unknown): void => {
  if (value === null && !type.nullable) throw new TypeError('null where the version has none')
  switch (type.name) {
    case 'string':
      return flexible
        ? writer.compactNullableString(value as string | null)
        : writer.nullableString(value as string | null)
    case 'bytes':
    case 'records':
      return flexible
        ? writer.compactNullableBytes(value as Buffer | null)
        : writer.nullableBytes(value as Buffer | null)
    default:
      return writeFixed(type.name, writer, value)
  }
}

const writeFixed = (
  name: Exclude<PrimitiveName, 'string' | 'bytes' | 'records'>,
  writer: Writer,
  value: unknown,
): void => (writer[name] as (fixed: unknown) => void).call(writer, value)
