// What an answer is to a script, field by field: in words that its help shows and that tests hold every answer to. Plain data, since
// each start of the program reads it.

/** What a value may be, and how it looks in JSON. */
export const words = {
  text: 'a string',
  'whole number': 'a number without a fraction, of which every reader keeps all digits',
  'whole number of 64 bits': 'the same, and what is beyond 2^53 is only exact where the reader keeps 64 bits',
  number: 'a number, with a fraction or without one',
  'true or false': 'one of the two',
  true: 'always true',
  false: 'always false',
  time: 'a string in ISO 8601, in UTC: 2026-01-31T10:00:00.000Z',
  bytes: 'a string where they are UTF-8, else {"base64": string}',
  anything: 'any value',
} as const

export type Word = keyof typeof words

/** `, or null` may stand behind the word. What follows is for people: of what, or why. */
export type Leaf = `${Word}${'' | ` ${string}` | `, ${string}`}`

export type Shape = Leaf | OneOf | Fields | List | ByName | Pair | OrNull | Cases

export interface OneOf {
  readonly oneOf: readonly string[]
}

/** All of them are there, always. */
export interface Fields {
  readonly fields: Readonly<Record<string, Shape>>
}

export interface List {
  readonly list: Shape
}

/** Names that nobody knows beforehand, each with a value. */
export interface ByName {
  readonly by: string
  readonly each: Shape
}

export interface Pair {
  readonly pair: readonly [Leaf, Leaf]
}

export interface OrNull {
  readonly orNull: Shape
  readonly why: string
}

/** One of several, each under what tells it; a flag in it is the one that asks for it. */
export interface Cases {
  readonly cases: Readonly<Record<string, Shape>>
}

export const fields = (of: Fields['fields']): Fields => ({ fields: of })
export const list = (of: Shape): List => ({ list: of })
export const rows = (of: Fields['fields']): List => list(fields(of))
export const byName = (by: string, each: Shape): ByName => ({ by, each })
export const oneOf = (...words: readonly string[]): OneOf => ({ oneOf: words })
export const pair = (...of: Pair['pair']): Pair => ({ pair: of })
export const orNull = (of: Shape, why: string): OrNull => ({ orNull: of, why })
export const cases = (of: Cases['cases']): Cases => ({ cases: of })

/** What became of each of several things that were asked for at once. */
export const done = (kind: string, ...results: readonly string[]): List =>
  rows({ [kind]: 'text', result: oneOf(...results, 'failed'), error: 'text, or null where it worked' })

export const moves = rows({
  key: 'text',
  old: 'text, or null where nothing is set',
  new: 'text, or null where nothing is set',
})
