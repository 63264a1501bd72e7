// What a message looks like in one version, as plain values that tests can compare: made from our plans here and from
// Apache's files in `upstream.ts`.
import { ZERO_TOPIC_ID } from 'millrace/base/ids.js'
import { resolvePlan, type PlannedField, type PlannedStruct, type PlannedType } from 'millrace/wire/plan.js'
import type { AnyStruct } from 'millrace/wire/schema.js'

export type DescribedType =
  | { readonly type: string; readonly nullable: boolean }
  | { readonly type: 'array'; readonly nullable: boolean; readonly of: DescribedType }
  | { readonly type: 'struct'; readonly nullable: boolean; readonly fields: readonly DescribedField[] }

export interface DescribedField {
  readonly name: string
  readonly tag: number | null
  readonly type: DescribedType
  /** As text. */
  readonly fallback: string
}

/** The fields on the wire: those without a tag in their order, then the tagged ones. */
export const describeOurs = (body: AnyStruct, version: number, flexible: number | null): readonly DescribedField[] =>
  describeFields(resolvePlan(body, version, flexible).body)

const describeFields = (struct: PlannedStruct): readonly DescribedField[] =>
  inWireOrder(struct.fields.flatMap((field) => (field.kind === 'absent' ? [] : [describeField(field)])))

export const inWireOrder = (fields: readonly DescribedField[]): readonly DescribedField[] =>
  fields.toSorted((left, right) => (left.tag ?? -1) - (right.tag ?? -1))

const describeField = (field: Exclude<PlannedField, { kind: 'absent' }>): DescribedField => ({
  name: field.name,
  tag: field.kind === 'tagged' ? field.tag : null,
  type: describeType(field.type),
  fallback: fallbackText(field.fallback === null ? impliedFallback(field.type) : field.fallback.value),
})

const describeType = (type: PlannedType): DescribedType => {
  const { nullable } = type
  switch (type.kind) {
    case 'primitive':
      return { type: upstreamName(type.name), nullable }
    case 'array':
      return { type: 'array', nullable, of: describeType(type.of) }
    case 'struct':
      return { type: 'struct', nullable, fields: describeFields(type) }
  }
}

/** The default of a field that names none, by the name of its type. */
export const impliedFallbacks: Readonly<Record<string, unknown>> = {
  bool: false,
  int8: 0,
  int16: 0,
  int32: 0,
  int64: 0,
  string: '',
  uuid: ZERO_TOPIC_ID,
  bytes: '',
  records: '',
}

const impliedFallback = (type: PlannedType): unknown => {
  switch (type.kind) {
    case 'primitive':
      return impliedFallbacks[upstreamName(type.name)]
    case 'array':
      return []
    case 'struct':
      return Object.fromEntries(
        type.fields.map((field) => [
          field.name,
          field.kind === 'positional' && field.fallback === null ? impliedFallback(field.type) : field.fallback?.value,
        ]),
      )
  }
}

const upstreamName = (name: string): string => {
  if (name === 'boolean') return 'bool'
  return name === 'int64Big' ? 'int64' : name
}

/** One text per value, whoever wrote it: keys in order, a bigint as its number. */
export const fallbackText = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'bigint') return inner.toString()
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner
    return Object.fromEntries(Object.entries(inner).toSorted(([left], [right]) => (left < right ? -1 : 1)))
  })
