/** What a search keeps: text, regular expressions of RE2 and CEL, all of which take time that grows with their input and no faster. */
import { timestampFromMs } from '@bufbuild/protobuf/wkt'
import { RE2JS, RE2JSSyntaxException } from '@bufbuild/re2'
import { messageOf } from '../base/errors.ts'
import { type Bindings, compileCel } from './cel.ts'
import type { Exact } from './exact-json.ts'
import { ExpressionError, type FilterName, filterNames } from './expression-error.ts'
import { decodePayload, type Place, searchableText, valueOf } from './payload.ts'
import type { LogRecord } from './records.ts'
import type { Wish } from './wishes.ts'

export const languages = ['text', 'regex', 'cel'] as const

export interface Filter {
  readonly language: (typeof languages)[number]
  readonly expression: string
}

/** How keys and values of a topic are to be read. */
export interface Reading {
  readonly topic: string
  readonly keyAs: Wish
  readonly valueAs: Wish
}

/** What a filter sees of a record. */
export type Tested = Omit<LogRecord, 'timestampType'>

/** Whether a record is kept. Throws what an expression fails with on this record. */
export type Test = (record: Tested) => boolean

/** Of a text no more is looked at. */
const SEARCHED_CHARACTERS_MAX = 1024 * 1024

/** Throws an ExpressionError. */
export const compileFilter = ({ language, expression }: Filter, reading: Reading): Test =>
  compilers[language](expression, reading)

const regexFrom = (expression: string): RE2JS => {
  try {
    return RE2JS.compile(expression)
  } catch (thrown) {
    const why = messageOf(thrown).replace(/^error parsing regexp: /, '')
    throw new ExpressionError(goodCharacters(expression, thrown), why, thrown)
  }
}

/** How many characters stand in front of what is wrong with a regular expression. */
const goodCharacters = (expression: string, thrown: unknown): number => {
  const wrong = thrown instanceof RE2JSSyntaxException ? thrown.input : null
  if (wrong !== null && wrong !== expression) return Math.max(0, expression.indexOf(wrong))
  // Where a parenthesis stands that lacks its other nobody says; what is in front of it is an expression.
  let good = expression.length - 1
  while (good > 0 && !isRegex(expression.slice(0, good))) good -= 1
  return good
}

const isRegex = (expression: string): boolean => {
  try {
    RE2JS.compile(expression)
    return true
  } catch {
    return false
  }
}

const compilers: Readonly<Record<Filter['language'], (expression: string, reading: Reading) => Test>> = {
  /** In any case of letters. */
  text: (expression, reading) => {
    const wanted = expression.toLowerCase()
    return textTest((text) => text.toLowerCase().includes(wanted), reading)
  },
  regex: (expression, reading) => {
    const pattern = regexFrom(expression)
    return textTest((text) => pattern.test(text), reading)
  },
  cel: (expression, reading) => {
    const evaluate = compileCel(expression, new Set(filterNames))
    const named = filterNames.filter((name) => expression.includes(name))
    return (record) => {
      // To read a value takes longer than to look at it: only what the expression names is read.
      const result = evaluate(Object.fromEntries(named.map((name) => [name, variables[name](record, reading)])))
      if (typeof result !== 'boolean')
        throw new Error("the expression answers no boolean: compare with something, as in value.name == 'x'")
      return result
    }
  },
}

/** Key, value, and names and values of headers, each by itself. */
const textTest =
  (test: (text: string) => boolean, { topic, keyAs, valueAs }: Reading): Test =>
  ({ key, value, headers }) => {
    const holds = (bytes: Buffer | null, wish: Wish, part: Place['part']): boolean =>
      bytes !== null && test(searchableText(bytes, wish, { topic, part, key }).slice(0, SEARCHED_CHARACTERS_MAX))
    return (
      holds(value, valueAs, 'value') ||
      holds(key, keyAs, 'key') ||
      headers.some((header) => test(header.name) || holds(header.value, 'auto', 'header'))
    )
  }

const INT64_MAX = 2n ** 63n - 1n

const exact = (bytes: Buffer | null, wish: Wish, place: Place): Bindings[string] =>
  bytes === null ? null : celValue(valueOf(decodePayload(bytes, wish, place)))

const variables: Readonly<Record<FilterName, (record: Tested, reading: Reading) => Bindings[string]>> = {
  partition: ({ partition }) => BigInt(partition),
  offset: ({ offset }) => BigInt(offset),
  timestamp: ({ timestamp }) => timestampFromMs(Number(timestamp)),
  size: ({ bytes }) => BigInt(bytes),
  key: ({ key }, { topic, keyAs }) => exact(key, keyAs, { topic, part: 'key', key }),
  value: ({ key, value }, { topic, valueAs }) => exact(value, valueAs, { topic, part: 'value', key }),
  headers: ({ key, headers }, { topic }) =>
    new Map(headers.map(({ name, value }) => [name, exact(value, 'auto', { topic, part: 'header', key })])),
}

/** Whole numbers beyond 64 bits are doubles, as CEL has no others. */
const celValue = (value: Exact): Bindings[string] => {
  if (typeof value === 'bigint') return value > INT64_MAX || value < -INT64_MAX - 1n ? Number(value) : value
  if (Array.isArray(value)) return value.map(celValue)
  if (typeof value !== 'object' || value === null) return value
  return new Map(Object.entries(value).map(([name, each]) => [name, celValue(each)]))
}
