// One connection to each broker, for one who speaks to both.
import { type ApiName, apis } from 'millrace/messages/index.js'
import type { Api, Draft, Infer } from 'millrace/wire/schema.js'
import { Peer } from '../../../harness/peer.ts'
import type { Comparison } from '../../comparison/comparison.ts'
import type { Id } from '../../comparison/side.ts'

export type Two<T> = readonly [kafka: T, millrace: T]
export type Request<Name extends ApiName> = Draft<(typeof apis)[Name]['request']>
export type Answer<Name extends ApiName> = Infer<(typeof apis)[Name]['response']>

/** A request that names members by what each broker calls them. */
export type Written<Name extends ApiName> = (raw: (id: Id | string) => string) => Request<Name>

/** What came of a request so far. */
export class Coming<Name extends ApiName> {
  readonly both: Promise<Two<Answer<Name>>>
  readonly #answers: [Answer<Name> | undefined, Answer<Name> | undefined] = [undefined, undefined]

  constructor(sent: Two<Promise<Answer<Name>>>) {
    for (const [at, answer] of sent.entries()) {
      void answer.then((value) => (this.#answers[at] = value)).catch(() => {})
    }
    this.both = Promise.all(sent)
    // It may be given up with its connection.
    this.both.catch(() => {})
  }

  /** Whether Kafka (0) or Millrace (1) has answered. */
  isAnswered(at: number): boolean {
    return this.#answers[at] !== undefined
  }

  get answers(): Two<Answer<Name>> | undefined {
    const [kafka, millrace] = this.#answers
    return kafka === undefined || millrace === undefined ? undefined : [kafka, millrace]
  }
}

export class Pair {
  readonly #comparison: Comparison
  readonly #peers: Two<Peer>

  private constructor(comparison: Comparison, peers: Two<Peer>) {
    this.#comparison = comparison
    this.#peers = peers
  }

  static async open(comparison: Comparison, clientId: string): Promise<Pair> {
    const { kafka, millrace } = comparison
    const [first, second] = [Peer.open(kafka.port, clientId), Peer.open(millrace.port, clientId)]
    return new Pair(comparison, [await first, await second])
  }

  /** Sends without waiting. */
  send<Name extends ApiName>(name: Name, version: number, write: Written<Name>): Coming<Name> {
    const api = apis[name] as unknown as Api
    const { kafka, millrace } = this.#comparison
    const to = (peer: Peer, side: typeof kafka): Promise<Answer<Name>> =>
      peer.call(
        api,
        version,
        write((id) => (typeof id === 'string' ? id : String(side.raw(id)))),
      ) as Promise<Answer<Name>>
    return new Coming<Name>([to(this.#peers[0], kafka), to(this.#peers[1], millrace)])
  }

  close(): void {
    for (const peer of this.#peers) peer.close()
  }
}
