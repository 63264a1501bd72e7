/**
 * The words in which messages are declared. A schema is plain data; its TypeScript types follow by inference, and
 * `plan.ts` resolves it for one version.
 *
 *     struct({ groupId: string, groupInstanceId: since(3, nullable(string), null) })
 *
 * A field that a version does not carry reads as its default, and whatever has a default may be left out on write.
 * So each schema has two types: `Infer` (as read, every field there) and `Draft` (as a caller may write it).
 */
import type { Primitive, PrimitiveName, PrimitiveValues } from './primitives.ts'

export interface ArrayOf<Element extends Type> {
  readonly kind: 'array'
  readonly of: Element
}

export interface Nullable<Inner extends NonNull> {
  readonly kind: 'nullable'
  readonly of: Inner
  /** The first version in which null may stand on the wire. */
  readonly from: number
}

export interface Struct<Members extends Fields> {
  readonly kind: 'struct'
  readonly fields: Members
}

// What a union of generics needs as its own upper bound.
interface AnyArray {
  readonly kind: 'array'
  readonly of: Type
}
interface AnyNullable {
  readonly kind: 'nullable'
  readonly of: NonNull
  readonly from: number
}
export interface AnyStruct {
  readonly kind: 'struct'
  readonly fields: Fields
}

type NonNull = Primitive | AnyArray | AnyStruct
export type Type = NonNull | AnyNullable

/** A field that only some versions carry, or that has a default of its own. */
export interface Versioned<Inner extends Type = Type> {
  readonly kind: 'versioned'
  readonly type: Inner
  readonly from: number
  readonly to: number
  readonly fallback: unknown
  /** Tagged fields come last in any order of their numbers, and not at all while they hold their default. */
  readonly tag: number | null
}

export type Field = Type | Versioned
export interface Fields {
  readonly [name: string]: Field
}

type Flatten<T> = { [Key in keyof T]: T[Key] }

/** A value as read. */
export type Infer<T> =
  T extends Primitive<infer Name extends PrimitiveName>
    ? PrimitiveValues[Name]
    : T extends ArrayOf<infer Element>
      ? readonly Infer<Element>[]
      : T extends Nullable<infer Inner>
        ? Infer<Inner> | null
        : T extends Struct<infer Members>
          ? { readonly [Key in keyof Members]: Infer<Members[Key]> }
          : T extends { readonly kind: 'versioned'; readonly type: infer Inner }
            ? Infer<Inner>
            : never

type Optional<Members> = {
  [Key in keyof Members]: Members[Key] extends { readonly kind: 'versioned' } ? Key : never
}[keyof Members]

/** A value as written: what has a default may be left out. */
export type Draft<T> =
  T extends Primitive<infer Name extends PrimitiveName>
    ? PrimitiveValues[Name]
    : T extends ArrayOf<infer Element>
      ? readonly Draft<Element>[]
      : T extends Nullable<infer Inner>
        ? Draft<Inner> | null
        : T extends Struct<infer Members>
          ? Flatten<
              { readonly [Key in Exclude<keyof Members, Optional<Members>>]: Draft<Members[Key]> } & {
                readonly [Key in Optional<Members>]?: Draft<Members[Key]>
              }
            >
          : T extends { readonly kind: 'versioned'; readonly type: infer Inner }
            ? Draft<Inner>
            : never

export const struct = <const Members extends Fields>(fields: Members): Struct<Members> => ({ kind: 'struct', fields })

export const array = <const Element extends Type>(of: Element): ArrayOf<Element> => ({ kind: 'array', of })

export const nullable = <const Inner extends NonNull>(of: Inner, from = 0): Nullable<Inner> => ({
  kind: 'nullable',
  of,
  from,
})

/** Present from a version on. `since(0, ...)` is a field that every version has and that has a default. */
export const since = <const Inner extends Type>(
  from: number,
  type: Inner,
  fallback: Infer<Inner>,
): Versioned<Inner> => ({ kind: 'versioned', type, from, to: Infinity, fallback, tag: null })

/** Present from one version to another, both included. */
export const between = <const Inner extends Type>(
  from: number,
  to: number,
  type: Inner,
  fallback: Infer<Inner>,
): Versioned<Inner> => ({ kind: 'versioned', type, from, to, fallback, tag: null })

/** A tagged field of the flexible versions, present from a version on. */
export const tagged = <const Inner extends Type>(
  tag: number,
  from: number,
  type: Inner,
  fallback: Infer<Inner>,
): Versioned<Inner> => ({ kind: 'versioned', type, from, to: Infinity, fallback, tag })

type VersionRange = readonly [first: number, last: number]

/** Something with versions: a request, a response, or the key or value of an internal topic. */
export interface Message<Body extends AnyStruct = AnyStruct> {
  readonly name: string
  readonly versions: VersionRange
  /** The first version with compact lengths and tagged fields. */
  readonly flexible: number | null
  readonly body: Body
}

export const message = <const Body extends AnyStruct>(declared: Message<Body>): Message<Body> => declared

export interface Api<Request extends AnyStruct = AnyStruct, Response extends AnyStruct = AnyStruct> {
  readonly key: number
  readonly name: string
  readonly versions: VersionRange
  readonly flexible: number | null
  readonly request: Request
  readonly response: Response
}

export const api = <const Request extends AnyStruct, const Response extends AnyStruct>(
  declared: Api<Request, Response>,
): Api<Request, Response> => declared
