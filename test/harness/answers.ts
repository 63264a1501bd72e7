// Answers of commands, held to the shapes that the help shows: nothing more, nothing less, nothing else.
import { isDeepStrictEqual } from 'node:util'
import { answers } from 'millrace/cli/answers/answers.js'
import { type Leaf, type Shape, type Word, words } from 'millrace/cli/answers/shape.js'

/** What a value may be, apart from null. */
const holds: Readonly<Record<Word, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  'whole number': (value) => Number.isSafeInteger(value),
  'whole number of 64 bits': (value) => Number.isInteger(value),
  number: (value) => typeof value === 'number',
  'true or false': (value) => typeof value === 'boolean',
  true: (value) => value === true,
  false: (value) => value === false,
  time: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value),
  bytes: (value) => typeof value === 'string' || (isObject(value) && isDeepStrictEqual(Object.keys(value), ['base64'])),
  anything: () => true,
}

const longestFirst = (Object.keys(words) as Word[]).sort((one, other) => other.length - one.length)

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Places of shapes that an answer had a value at, since this process started. */
const met = new Set<string>()

/** Places of the shapes of all commands at which no answer had anything but null. */
export const unmet = (): readonly string[] =>
  Object.entries(answers).flatMap(([command, shape]) => placesOf(shape, command).filter((place) => !met.has(place)))

const placesOf = (shape: Shape, at: string): readonly string[] => {
  if (typeof shape === 'string' || 'oneOf' in shape || 'pair' in shape) return [at]
  if ('fields' in shape) return Object.entries(shape.fields).flatMap(([name, of]) => placesOf(of, `${at}.${name}`))
  if ('list' in shape) return placesOf(shape.list, `${at}[]`)
  if ('by' in shape) return placesOf(shape.each, `${at}{}`)
  if ('cases' in shape) return Object.entries(shape.cases).flatMap(([title, of]) => placesOf(of, `${at}(${title})`))
  return placesOf(shape.orNull, at)
}

export interface Answered {
  /** `topic list` */
  readonly command: string
  readonly args: readonly string[]
  readonly form: 'json' | 'ndjson'
  readonly said: string
}

/** Throws with every place at which the answer is not as the help of its command says. */
export const holdToShape = ({ command, args, form, said }: Answered): void => {
  const shape = answers[command]
  if (shape === undefined) throw new Error(`nobody says what millrace ${command} answers`)
  const { wrong, places } = examine(valueOf(shape, form, said), shape, command, args)
  if (wrong.length > 0)
    throw new Error(`millrace ${args.join(' ')} does not answer as its help says:\n${wrong.join('\n')}`)
  for (const place of places) met.add(place)
}

const valueOf = (shape: Shape, form: Answered['form'], said: string): unknown => {
  if (form === 'json') return JSON.parse(said)
  const values = said
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
  return isList(shape) || values.length !== 1 ? values : values[0]
}

const isList = (shape: Shape): boolean => {
  if (typeof shape === 'string') return false
  return 'cases' in shape ? Object.values(shape.cases).every(isList) : 'list' in shape
}

interface Examined {
  /** Lines, each with its place. */
  readonly wrong: readonly string[]
  /** At which something other than null was found. */
  readonly places: readonly string[]
}

const examine = (value: unknown, shape: Shape, at: string, args: readonly string[]): Examined => {
  const expected = (what: string): Examined => ({ wrong: [`${at}: ${what}, and not ${inShort(value)}`], places: [] })
  const isGood = (good: boolean, what: string): Examined => (good ? { wrong: [], places: [at] } : expected(what))
  const all = (parts: readonly Examined[]): Examined => ({
    wrong: parts.flatMap(({ wrong }) => wrong),
    places: parts.flatMap(({ places }) => places),
  })

  if (typeof shape === 'string') {
    if (value === null && isNullable(shape)) return all([])
    return isGood(holds[wordOf(shape)](value), shape)
  }
  if ('oneOf' in shape)
    return isGood(typeof value === 'string' && shape.oneOf.includes(value), shape.oneOf.join(' or '))
  if ('orNull' in shape) return value === null ? all([]) : examine(value, shape.orNull, at, args)
  if ('list' in shape) {
    if (!Array.isArray(value)) return expected('a list')
    return all(value.map((element: unknown) => examine(element, shape.list, `${at}[]`, args)))
  }
  if ('pair' in shape) {
    if (!Array.isArray(value) || value.length !== 2) return expected('a pair')
    const parts = all(shape.pair.map((of, index) => examine(value[index], of, at, args)))
    return { ...parts, places: [at] }
  }
  if ('cases' in shape) {
    const found = casesFor(args, shape.cases).map(([title, of]) => examine(value, of, `${at}(${title})`, args))
    return found.find(({ wrong }) => wrong.length === 0) ?? all(found)
  }
  if (!isObject(value)) return expected('fields')
  if ('by' in shape) return all(Object.values(value).map((each) => examine(each, shape.each, `${at}{}`, args)))
  const unknown = Object.keys(value).filter((name) => !Object.hasOwn(shape.fields, name))
  const missing = Object.keys(shape.fields).filter((name) => !Object.hasOwn(value, name))
  const known = Object.entries(shape.fields).filter(([name]) => Object.hasOwn(value, name))
  return all([
    { wrong: unknown.map((name) => `${at}.${name}: stands in no help`), places: [] },
    { wrong: missing.map((name) => `${at}.${name}: is not there`), places: [] },
    ...known.map(([name, of]) => examine(value[name], of, `${at}.${name}`, args)),
  ])
}

/** Where a flag asks for one of them, no other will do, and without the flag it will not do itself. */
const casesFor = (
  args: readonly string[],
  of: Readonly<Record<string, Shape>>,
): readonly (readonly [string, Shape])[] => {
  const flagOf = (title: string): string | null => /--[\w-]+/.exec(title)?.[0] ?? null
  const asked = Object.entries(of).filter(([title]) => args.includes(flagOf(title) ?? ''))
  return asked.length > 0 ? asked : Object.entries(of).filter(([title]) => flagOf(title) === null)
}

const wordOf = (leaf: Leaf): Word => {
  const found = longestFirst.find((word) => leaf === word || leaf.startsWith(`${word} `) || leaf.startsWith(`${word},`))
  if (found === undefined) throw new Error(`${leaf} begins with no word`)
  return found
}

const isNullable = (leaf: Leaf): boolean => leaf.slice(wordOf(leaf).length).includes(', or null')

const inShort = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 100)
