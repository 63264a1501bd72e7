/** JSON whose whole numbers keep all their digits: those are bigint, and only what has a fraction or an exponent is a number. */

export type Exact = null | boolean | number | bigint | string | readonly Exact[] | { readonly [name: string]: Exact }

/** What nests deeper is not read. */
const DEPTH_MAX = 200

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const SPACE = /[ \t\n\r]*/y
const WORDS = { true: true, false: false, null: null } as const

/** Reads what `JSON.parse` has read before: it trusts that this is JSON. Undefined for what nests too deep. */
export const parseExact = (text: string): Exact | undefined => new JsonReader(text).value(0)

class JsonReader {
  #at = 0
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  value(depth: number): Exact | undefined {
    if (depth > DEPTH_MAX) return undefined
    this.#match(SPACE)
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth)
      case '[':
        return this.#array(depth)
      case '"':
        return this.#string()
      case 't':
        return this.#word('true')
      case 'f':
        return this.#word('false')
      case 'n':
        return this.#word('null')
      default:
        return numberOf(this.#match(NUMBER))
    }
  }

  #object(depth: number): Exact | undefined {
    const entries: [string, Exact][] = []
    this.#at += 1
    while (!this.#ends('}')) {
      const name = this.#string()
      this.#match(SPACE)
      this.#at += 1
      const value = this.value(depth + 1)
      if (value === undefined) return undefined
      entries.push([name, value])
    }
    return Object.fromEntries(entries)
  }

  #array(depth: number): Exact | undefined {
    const items: Exact[] = []
    this.#at += 1
    while (!this.#ends(']')) {
      const value = this.value(depth + 1)
      if (value === undefined) return undefined
      items.push(value)
    }
    return items
  }

  /** Passes over the end of a list, or over the comma in front of its next item. */
  #ends(bracket: string): boolean {
    this.#match(SPACE)
    const here = this.#text[this.#at]
    if (here === bracket || here === ',') this.#at += 1
    this.#match(SPACE)
    return here === bracket
  }

  #string(): string {
    const from = this.#at
    do this.#at = this.#text.indexOf('"', this.#at + 1)
    while (isEscaped(this.#text, this.#at))
    this.#at += 1
    return JSON.parse(this.#text.slice(from, this.#at)) as string
  }

  #word<Word extends keyof typeof WORDS>(word: Word): (typeof WORDS)[Word] {
    this.#at += word.length
    return WORDS[word]
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const [found = ''] = pattern.exec(this.#text) ?? []
    this.#at += found.length
    return found
  }
}

/** Behind an odd number of backslashes. */
const isEscaped = (text: string, at: number): boolean => {
  let before = at
  while (text[before - 1] === '\\') before -= 1
  return (at - before) % 2 === 1
}

const numberOf = (digits: string): number | bigint => (/[.eE]/.test(digits) ? Number(digits) : BigInt(digits))

/** As JSON text; bytes become hexadecimal text, what JSON has no word for becomes text. */
export const writeExact = (value: unknown): string => {
  switch (typeof value) {
    case 'bigint':
      return value.toString()
    case 'number':
      return Number.isFinite(value) ? String(value) : JSON.stringify(String(value))
    case 'object':
      return writeObject(value)
    default:
      return JSON.stringify(value ?? null)
  }
}

const writeObject = (value: object | null): string => {
  if (value === null) return 'null'
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('hex'))
  if (value instanceof Date) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(writeExact).join(',')}]`
  return `{${Object.entries(value)
    .map(([name, each]) => `${JSON.stringify(name)}:${writeExact(each)}`)
    .join(',')}}`
}
