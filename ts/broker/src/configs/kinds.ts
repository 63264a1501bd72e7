// How the text of a configuration value becomes a value, within its bounds. Texts are what files, variables and the
// wire carry and what DescribeConfigs shows; values are what the program uses.

/** `unknown`: nobody defined the key, so it may hold anything, a secret too. */
export type ConfigType =
  | 'unknown'
  | 'boolean'
  | 'string'
  | 'int'
  | 'short'
  | 'long'
  | 'double'
  | 'list'
  | 'class'
  | 'password'

/** When a change takes effect: never while running, for one broker, or for all of them. */
export type UpdateMode = 'read-only' | 'per-broker' | 'cluster-wide'

export type Reading<T> =
  | { readonly ok: true; readonly value: T; readonly text: string }
  | { readonly ok: false; readonly problem: string }

/** A key without its name; the table that holds it supplies that. */
export interface KeyKind<T> {
  readonly type: ConfigType
  /** As DescribeConfigs shows it; null where the key is unset until somebody sets it. */
  readonly default: string | null
  readonly fallback: T
  /** What is allowed, in words for the person who got it wrong. */
  readonly allowed: string
  readonly read: (text: string) => Reading<T>
  readonly doc: string
  readonly dynamic: UpdateMode
  /** Why a key of Kafka, read and checked like any other, changes nothing here; null for a key that does what it says. */
  readonly without: string | null
  /** Why a change while running is taken and kept, and changes nothing; null where it does. */
  readonly onlyAtStart: string | null
  /** Shown by DescribeConfigs only where it is set, as Kafka's internal keys are. */
  readonly hidden: boolean
}

export interface KeyOptions {
  readonly dynamic?: UpdateMode
  readonly without?: string
  readonly onlyAtStart?: string
  readonly hidden?: boolean
}

export interface NumberOptions extends KeyOptions {
  readonly min?: number
  readonly max?: number
  /** One value outside the bounds that means something of its own, such as -1 for "no limit". */
  readonly or?: number
  /** One value that is not allowed. */
  readonly not?: number
}

export interface TextOptions extends KeyOptions {
  readonly oneOf?: readonly string[]
  readonly ignoreCase?: boolean
  /** A rule of this key's own: the problem, or null. */
  readonly check?: (text: string) => string | null
  readonly allowed?: string
}

export interface ListOptions extends KeyOptions {
  readonly oneOf?: readonly string[]
  readonly check?: (items: readonly string[]) => string | null
  readonly allowed?: string
}

/** A key without a default may be unset. */
type Read<T, D> = D extends null ? T | null : T

/** Kafka's "no limit" for a long. */
export const LONG_MAX = 9_223_372_036_854_775_807n
const RANGES = {
  short: [-32_768n, 32_767n],
  int: [-2_147_483_648n, 2_147_483_647n],
  long: [-9_223_372_036_854_775_808n, LONG_MAX],
} as const

const problem = (text: string): Reading<never> => ({ ok: false, problem: text })

const options = (given: KeyOptions) => ({
  dynamic: given.dynamic ?? 'read-only',
  without: given.without ?? null,
  onlyAtStart: given.onlyAtStart ?? null,
  hidden: given.hidden ?? false,
})

/** A long past 2^53 is one of the "no limit" values: the nearest safe integer means the same. */
const safeNumber = (value: bigint): number => {
  const most = BigInt(Number.MAX_SAFE_INTEGER)
  if (value > most) return Number.MAX_SAFE_INTEGER
  return value < -most ? -Number.MAX_SAFE_INTEGER : Number(value)
}

const boundsInWords = (given: NumberOptions): string => {
  const { min, max, or, not } = given
  let words = not === undefined ? '' : ` other than ${not}`
  if (min !== undefined && max !== undefined) words = ` between ${min} and ${max}`
  else if (min !== undefined) words = ` of at least ${min}`
  else if (max !== undefined) words = ` of at most ${max}`
  return or === undefined ? words : `${words} or ${or}`
}

const inBounds = (value: number, given: NumberOptions): boolean =>
  value === given.or ||
  (value !== given.not &&
    (given.min === undefined || value >= given.min) &&
    (given.max === undefined || value <= given.max))

const whole =
  (type: 'int' | 'short' | 'long') =>
  <D extends number | bigint | null>(fallback: D, doc: string, given: NumberOptions = {}): KeyKind<Read<number, D>> => {
    const [least, most] = RANGES[type]
    const allowed = `a whole number${boundsInWords(given)}`
    const read = (text: string): Reading<number> => {
      const trimmed = text.trim()
      if (!/^[+-]?\d{1,19}$/.test(trimmed)) return problem(`Not a number of type ${type.toUpperCase()}`)
      const value = BigInt(trimmed.replace(/^\+/, ''))
      if (value < least || value > most) return problem(`Not a number of type ${type.toUpperCase()}`)
      if (!inBounds(safeNumber(value), given)) return problem(`Value must be ${allowed}`)
      return { ok: true, value: safeNumber(value), text: value.toString() }
    }
    return {
      type,
      default: fallback === null ? null : fallback.toString(),
      fallback: (fallback === null ? null : safeNumber(BigInt(fallback))) as Read<number, D>,
      allowed,
      read,
      doc,
      ...options(given),
    }
  }

export const int = whole('int')
export const short = whole('short')
export const long = whole('long')

// Java writes 0.5 as 0.5, 1 as 1.0 and large numbers as 1.0E10; tools compare these texts.
const doubleText = (value: number): string => {
  const size = Math.abs(value)
  if (size === 0 || (size >= 1e-3 && size < 1e7)) return Number.isInteger(value) ? value.toFixed(1) : value.toString()
  const [mantissa = '', exponent = ''] = value.toExponential().split('e')
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${exponent.replace('+', '')}`
}

export const double = (fallback: number, doc: string, given: NumberOptions = {}): KeyKind<number> => {
  const allowed = `a number${boundsInWords(given)}`
  return {
    type: 'double',
    default: doubleText(fallback),
    fallback,
    allowed,
    read: (text) => {
      const trimmed = text.trim()
      if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[dDfF]?$/.test(trimmed)) return problem('Not a number of type DOUBLE')
      const value = Number.parseFloat(trimmed)
      if (!inBounds(value, given)) return problem(`Value must be ${allowed}`)
      return { ok: true, value, text: doubleText(value) }
    },
    doc,
    ...options(given),
  }
}

export const boolean = (
  fallback: boolean,
  doc: string,
  given: KeyOptions & { only?: boolean } = {},
): KeyKind<boolean> => ({
  type: 'boolean',
  default: String(fallback),
  fallback,
  allowed: given.only === undefined ? 'true or false' : String(given.only),
  read: (text) => {
    const word = text.trim().toLowerCase()
    if (word !== 'true' && word !== 'false') return problem('Expected value to be either true or false')
    const value = word === 'true'
    if (given.only !== undefined && value !== given.only) return problem(`${word} is not provided by this broker`)
    return { ok: true, value, text: word }
  },
  doc,
  ...options(given),
})

const text =
  (type: 'string' | 'class' | 'password') =>
  <D extends string | null>(fallback: D, doc: string, given: TextOptions = {}): KeyKind<Read<string, D>> => {
    const read = (raw: string): Reading<string> => {
      const value = type === 'password' ? raw : raw.trim()
      const word = given.ignoreCase === true ? value.toUpperCase() : value
      if (given.oneOf && !given.oneOf.includes(word)) {
        return problem(`String must be one of: ${given.oneOf.join(', ')}`)
      }
      const wrong = given.check?.(value) ?? null
      return wrong === null ? { ok: true, value, text: value } : problem(wrong)
    }
    return {
      type,
      default: fallback,
      fallback: fallback as Read<string, D>,
      allowed: given.allowed ?? (given.oneOf ? `one of ${given.oneOf.join(', ')}` : 'text'),
      read,
      doc,
      ...options(given),
    }
  }

export const string = text('string')
export const className = text('class')
export const password = text('password')

/** `a, b,c` as Kafka splits it: blanks around commas do not count, and the empty text is the empty list. */
export const list = <D extends readonly string[] | null>(
  fallback: D,
  doc: string,
  given: ListOptions = {},
): KeyKind<Read<readonly string[], D>> => {
  const read = (raw: string): Reading<readonly string[]> => {
    const trimmed = raw.trim()
    const items = trimmed === '' ? [] : trimmed.split(/\s*,\s*/)
    if (items.includes('')) return problem('List items must not be empty')
    const unique = [...new Set(items)]
    const stranger = given.oneOf && unique.find((item) => !given.oneOf?.includes(item))
    if (stranger !== undefined) return problem(`String must be one of: ${given.oneOf?.join(', ')}`)
    const wrong = given.check?.(unique) ?? null
    return wrong === null ? { ok: true, value: unique, text: unique.join(',') } : problem(wrong)
  }
  return {
    type: 'list',
    default: fallback === null ? null : fallback.join(','),
    fallback: fallback as Read<readonly string[], D>,
    allowed: given.allowed ?? (given.oneOf ? `a list of ${given.oneOf.join(', ')}` : 'a list with commas'),
    read,
    doc,
    ...options(given),
  }
}
