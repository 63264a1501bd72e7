// Two brokers beside each other: where their answers to the same request part.
import { idsIn, NewId, normal } from './normal.ts'
import { Id, type IdKind, type RawId, type Side } from './side.ts'

/** One value that differs; `undefined` is one that is not there. */
export interface Difference {
  readonly path: string
  readonly kafka: unknown
  readonly millrace: unknown
  /** Where it stands in Kafka's answer, if it does. */
  readonly within: object | null
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
    return this.#compare(normal(this.kafka, kafka), normal(this.millrace, millrace), { path: '', within: null })
  }

  /** Ids that were sent are the same for both. */
  share(request: unknown): void {
    for (const { kind, raw } of idsIn(request)) {
      if (this.kafka.id(kind, raw) === undefined && this.millrace.id(kind, raw) === undefined)
        this.#learn(kind, raw, raw)
    }
  }

  #compare(kafka: unknown, millrace: unknown, place: Place): readonly Difference[] {
    if (kafka instanceof NewId && millrace instanceof NewId) return this.#pair(kafka, millrace, place)
    if (kafka instanceof Map && millrace instanceof Map) return this.#compareLists(kafka, millrace, place)
    if (isStruct(kafka) && isStruct(millrace)) {
      const names = new Set([...Object.keys(kafka), ...Object.keys(millrace)])
      return [...names].flatMap((name) => {
        const inner = { path: `${place.path}.${name}`, within: kafka }
        return this.#compare(Reflect.get(kafka, name), Reflect.get(millrace, name), inner)
      })
    }
    return Object.is(kafka, millrace) ? [] : [{ ...place, kafka, millrace }]
  }

  #compareLists(kafka: Named, millrace: Named, place: Place): readonly Difference[] {
    const names = new Set([...kafka.keys(), ...millrace.keys()])
    const inside = [...names].flatMap((name) =>
      this.#compare(kafka.get(name), millrace.get(name), { ...place, path: `${place.path}[${name}]` }),
    )
    const [theirs, ours] = [
      [...kafka.keys()].filter((name) => millrace.has(name)),
      [...millrace.keys()].filter((name) => kafka.has(name)),
    ]
    const sameOrder = theirs.every((name, at) => name === ours[at])
    return sameOrder ? inside : [...inside, { ...place, path: `${place.path}${ORDER}`, kafka: theirs, millrace: ours }]
  }

  #pair(kafka: NewId, millrace: NewId, place: Place): readonly Difference[] {
    // The same new id may stand twice in one answer.
    const [theirs, ours] = [this.kafka.id(kafka.kind, kafka.raw), this.millrace.id(millrace.kind, millrace.raw)]
    if (theirs !== undefined || ours !== undefined) {
      return theirs === ours ? [] : [{ ...place, kafka: theirs ?? kafka, millrace: ours ?? millrace }]
    }
    this.#learn(kafka.kind, kafka.raw, millrace.raw)
    return []
  }

  #learn(kind: IdKind, kafka: RawId, millrace: RawId): void {
    const number = (this.#counts.get(kind) ?? 0) + 1
    this.#counts.set(kind, number)
    const id = new Id(kind, number)
    this.kafka.learn(id, kafka)
    this.millrace.learn(id, millrace)
  }
}

type Place = Pick<Difference, 'path' | 'within'>
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
