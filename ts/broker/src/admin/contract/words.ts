/** The words that routes are declared with. Like all of the contract it runs in a browser as well: zod, and nothing of Node. */
import { z } from 'zod'
import type { Role } from './roles.ts'

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

export interface Route<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodType = z.ZodType> {
  readonly method: Method
  /** `{name}` takes one segment; the rest of the input is the query of a GET and the JSON body of the others. */
  readonly path: `/api/v1/${string}`
  /** Who may; `anyone` needs no login. */
  readonly role: Role | 'anyone'
  /** It changes nothing, although it is no GET: what it is asked for is too long for an address. */
  readonly reads?: true
  readonly summary: string
  /** Fields of the input that nobody else may read: where a request is shown, they are not. */
  readonly secret?: readonly (keyof z.input<Input>)[]
  readonly input: Input
  /** A text is a file that is written while it is sent. */
  readonly output: Output
}

export const route = <Input extends z.ZodObject, Output extends z.ZodType>(
  declared: Route<Input, Output>,
): Route<Input, Output> => declared

/** The names in a path, in their order. */
export const pathNames = (path: string): readonly string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)

/** 64 bits as decimal text: a number of JSON is exact up to 2^53 only. */
export const int64 = z
  .string()
  .regex(/^-?\d{1,19}$/)
  .meta({ format: 'int64' })

/** Milliseconds since 1970. */
export const time = int64.meta({ description: 'Milliseconds since 1970.' })

export const PAGE_ROWS_MAX = 500
const PAGE_ROWS = 50

/** A count in a query; what is more than `max` means `max`. */
const atMost = (max: number, fallback: number) =>
  z.coerce
    .number<number>()
    .int()
    .min(0)
    .default(fallback)
    .transform((asked) => Math.min(asked, max))

export const rowsFrom = atMost(Number.MAX_SAFE_INTEGER, 0)
export const rowsMax = atMost(PAGE_ROWS_MAX, PAGE_ROWS)

const SEARCH_CHARACTERS_MAX = 256

/** What a list is asked for; `search` is a part of the name in any case of letters. */
export const pageOf = <const Columns extends readonly [string, ...string[]]>(columns: Columns) => ({
  search: z.string().max(SEARCH_CHARACTERS_MAX).default(''),
  sort: z.enum(columns).default(columns[0] as Columns[number]),
  order: z.enum(['asc', 'desc']).default('asc'),
  offset: rowsFrom,
  limit: rowsMax,
})

export const page = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    /** Of all pages. */
    total: z.int(),
    offset: z.int(),
    limit: z.int(),
  })

/** How every refusal looks. Codes are stable: those of the Kafka protocol, and the ones of `contract/errors.ts`. */
export const failure = z.object({
  code: z.string(),
  message: z.string(),
  /** What to do next. */
  hint: z.string(),
  /** The id of the request, as in the log of the broker and in the header `x-request-id`. */
  request: z.string(),
})
export type Failure = z.infer<typeof failure>
