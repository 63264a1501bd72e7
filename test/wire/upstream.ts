// Apache's message files, which define the protocol, described in the same form as our plans.
import { fallbackText, impliedFallbacks, inWireOrder, type DescribedField, type DescribedType } from './description.ts'

interface UpstreamField {
  readonly name: string
  readonly type: string
  readonly versions: string
  readonly nullableVersions?: string
  readonly taggedVersions?: string
  readonly tag?: number
  readonly default?: string | number | boolean
  readonly fields?: readonly UpstreamField[]
}

interface CommonStruct {
  readonly name: string
  readonly fields: readonly UpstreamField[]
}

export interface UpstreamMessage {
  readonly apiKey?: number
  readonly name: string
  readonly type: string
  readonly validVersions: string
  readonly flexibleVersions: string
  readonly latestVersionUnstable?: boolean
  readonly fields: readonly UpstreamField[]
  readonly commonStructs?: readonly CommonStruct[]
}

export interface Range {
  readonly first: number
  readonly last: number
}

/** JSON with line comments. A string is matched first, so that slashes inside it stay. */
export const parseUpstream = (text: string): UpstreamMessage =>
  JSON.parse(text.replaceAll(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*/g, (_, quoted: string | undefined) => quoted ?? ''))

/** `3`, `3-5`, `3+` or `none`. */
export const parseRange = (text: string | undefined): Range | null => {
  const match = /^(\d+)(?:(\+)|-(\d+))?$/.exec(text ?? 'none')
  if (match === null) return null
  const first = Number(match[1])
  return { first, last: match[2] === undefined ? Number(match[3] ?? first) : Infinity }
}

const covers = (text: string | undefined, version: number): boolean => {
  const range = parseRange(text)
  return range !== null && version >= range.first && version <= range.last
}

export const describeUpstream = (message: UpstreamMessage, version: number): readonly DescribedField[] => {
  const common = new Map(message.commonStructs?.map(({ name, fields }) => [name, fields]))
  return describeFields(message.fields, common, version)
}

type Common = ReadonlyMap<string, readonly UpstreamField[]>

const describeFields = (fields: readonly UpstreamField[], common: Common, version: number): readonly DescribedField[] =>
  inWireOrder(
    fields
      .filter((field) => covers(field.versions, version))
      .map((field) => ({
        name: lowerFirst(field.name),
        tag: covers(field.taggedVersions, version) ? (field.tag ?? null) : null,
        type: describeType(field, field.type, common, version, covers(field.nullableVersions, version)),
        fallback: fallbackText(fallbackOf(field, common)),
      })),
  )

const describeType = (
  field: UpstreamField,
  type: string,
  common: Common,
  version: number,
  nullable: boolean,
): DescribedType => {
  if (type.startsWith('[]')) {
    return { type: 'array', nullable, of: describeType(field, type.slice(2), common, version, false) }
  }
  if (type in impliedFallbacks) return { type, nullable }
  return { type: 'struct', nullable, fields: describeFields(membersOf(field, type, common), common, version) }
}

const membersOf = (field: UpstreamField, type: string, common: Common): readonly UpstreamField[] =>
  field.fields ?? common.get(type) ?? []

const fallbackOf = (field: UpstreamField, common: Common): unknown => {
  const { type, default: declared } = field
  if (declared === 'null') return null
  if (type.startsWith('[]')) return []
  if (!(type in impliedFallbacks)) {
    const members = membersOf(field, type, common)
    return Object.fromEntries(members.map((member) => [lowerFirst(member.name), fallbackOf(member, common)]))
  }
  if (declared === undefined) return impliedFallbacks[type]
  if (type === 'string') return declared
  if (type === 'bool') return String(declared) === 'true'
  const exact = BigInt(declared)
  return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact
}

const lowerFirst = (name: string): string => name.slice(0, 1).toLowerCase() + name.slice(1)
