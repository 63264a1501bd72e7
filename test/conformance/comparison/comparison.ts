// Two brokers beside each other: where their answers to the same request part.
import { NewId, normal } from './normal.ts'
import { Id, type IdKind, type Side } from './side.ts'

/** One value that differs; `undefined` is one that is not there. */
export interface Difference {
  readonly path: string
  readonly kafka: unknown
  readonly millrace: unknown
}

/** Names of lists, in the order in which they came, where both have the same elements in another order. */
export const ORDER = '(order)'

export class Comparison {
  readonly kafka: Side
  readonly millrace: Side
  readonly #counts = new Map<IdKind, number>()

  constructor(kafka: Side, millrace: Side) {
    this.kafka = kafka
    this.millrace = millrace
  }

  /** Ids that are new on both sides at the same place stand for the same from here on. */
  differences(kafka: unknown, millrace: unknown): readonly Difference[] {
    return this.#compare(normal(this.kafka, kafka), normal(this.millrace, millrace), '')
  }

  #compare(kafka: unknown, millrace: unknown, path: string): readonly Difference[] {
    if (kafka instanceof NewId && millrace instanceof NewId) return this.#pair(kafka, millrace, path)
    if (kafka instanceof Map && millrace instanceof Map) return this.#compareLists(kafka, millrace, path)
    if (isStruct(kafka) && isStruct(millrace)) {
      const names = new Set([...Object.keys(kafka), ...Object.keys(millrace)])
      return [...names].flatMap((name) =>
        this.#compare(Reflect.get(kafka, name), Reflect.get(millrace, name), `${path}.${name}`),
      )
    }
    return Object.is(kafka, millrace) ? [] : [{ path, kafka, millrace }]
  }

  #compareLists(kafka: Named, millrace: Named, path: string): readonly Difference[] {
    const names = new Set([...kafka.keys(), ...millrace.keys()])
    const inside = [...names].flatMap((name) => this.#compare(kafka.get(name), millrace.get(name), `${path}[${name}]`))
    const [theirs, ours] = [
      [...kafka.keys()].filter((name) => millrace.has(name)),
      [...millrace.keys()].filter((name) => kafka.has(name)),
    ]
    const sameOrder = theirs.every((name, at) => name === ours[at])
    return sameOrder ? inside : [...inside, { path: `${path}${ORDER}`, kafka: theirs, millrace: ours }]
  }

  #pair(kafka: NewId, millrace: NewId, path: string): readonly Difference[] {
    // The same new id may stand twice in one answer.
    const [theirs, ours] = [this.kafka.id(kafka.kind, kafka.raw), this.millrace.id(millrace.kind, millrace.raw)]
    if (theirs !== undefined || ours !== undefined) {
      return theirs === ours ? [] : [{ path, kafka: theirs ?? kafka, millrace: ours ?? millrace }]
    }
    const number = (this.#counts.get(kafka.kind) ?? 0) + 1
    this.#counts.set(kafka.kind, number)
    const id = new Id(kafka.kind, number)
    this.kafka.learn(id, kafka.raw)
    this.millrace.learn(id, millrace.raw)
    return []
  }
}

type Named = ReadonlyMap<string, unknown>

/** Objects and arrays; ids are values. */
const isStruct = (value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  !(value instanceof Id) &&
  !(value instanceof NewId) &&
  !(value instanceof Map)

/** For a message: Maps as objects. */
export const show = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) => {
    if (inner instanceof Map) return Object.fromEntries(inner as Map<string, unknown>)
    if (typeof inner === 'bigint') return `${inner}n`
    return inner
  })
