// One of two brokers that are asked the same: its address, and the ids it made up, each standing for the id that the other made up
// at the same place.

/** What brokers make up for themselves. */
export type IdKind = 'cluster' | 'directory' | 'topic' | 'producer' | 'session' | 'member'
export type RawId = string | number

/** One thing that has another id on each broker. */
export class Id {
  readonly kind: IdKind
  readonly number: number

  constructor(kind: IdKind, number: number) {
    this.kind = kind
    this.number = number
  }

  toString(): string {
    return `<${this.kind} ${this.number}>`
  }

  toJSON(): string {
    return this.toString()
  }
}

export class Side {
  readonly port: number
  readonly #ids = new Map<string, Id>()
  readonly #raws = new Map<Id, RawId>()

  constructor(port: number) {
    this.port = port
  }

  /** What this broker calls something by, if both have told. */
  id(kind: IdKind, raw: RawId): Id | undefined {
    return this.#ids.get(`${kind} ${raw}`)
  }

  raw(id: Id): RawId {
    const raw = this.#raws.get(id)
    if (raw === undefined) throw new Error(`${String(id)} is not known here`)
    return raw
  }

  learn(id: Id, raw: RawId): void {
    this.#ids.set(`${id.kind} ${raw}`, id)
    this.#raws.set(id, raw)
  }
}
