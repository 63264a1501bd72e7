// Kafka and Millrace beside each other: the same frames to both, over several connections, and what became of each.
import { apiVersions } from 'millrace/messages/18-api-versions.js'
import { readResponse } from 'millrace/wire/codec.js'
import { readResponseHeader } from 'millrace/wire/headers.js'
import { Reader } from 'millrace/wire/reader.js'
import { type Outcome, Peer } from '../../harness/peer.ts'
import type { Comparison } from '../comparison/comparison.ts'
import { encode, type Sent } from './draft.ts'

/** What a broker did with a request. */
export interface Reaction {
  readonly kind: 'answer' | 'closed' | 'silence' | 'another answer'
  readonly answer: unknown
}

export type Reactions = readonly [kafka: Reaction, millrace: Reaction]

const CONNECTIONS = 4
/** Nothing that is sent may wait this long. */
const SILENCE_MS = 5000

type Peers = readonly [kafka: Peer, millrace: Peer]

export class Brokers {
  readonly comparison: Comparison
  readonly #connections: (Peers | undefined)[] = Array.from({ length: CONNECTIONS })
  #correlationId = 0

  constructor(comparison: Comparison) {
    this.comparison = comparison
  }

  get connections(): number {
    return CONNECTIONS
  }

  /** Sends all at once, then takes the answers in their order. */
  async exchange(connection: number, burst: readonly Sent[]): Promise<readonly Reactions[]> {
    const peers = await this.#open(connection)
    const first = this.#correlationId + 1
    this.#correlationId += burst.length
    const { kafka, millrace } = this.comparison
    const reactions = await Promise.all(
      [kafka, millrace].map(async (side, at) => {
        const peer = peers[at === 0 ? 0 : 1]
        for (const [index, sent] of burst.entries()) peer.frame(encode(sent, side, first + index))
        const seen: Reaction[] = []
        for (const [index, sent] of burst.entries()) {
          if (hasAnswer(sent)) seen.push(react(sent, first + index, await peer.outcome(SILENCE_MS)))
          else seen.push({ kind: 'silence', answer: undefined })
        }
        return seen
      }),
    )
    const pairs = burst.map((_, at): Reactions => [reactions[0]?.[at] ?? LOST, reactions[1]?.[at] ?? LOST])
    const isWhole = burst.every((sent, at) => !hasAnswer(sent) || pairs[at]?.every(({ kind }) => kind === 'answer'))
    if (!isWhole) this.#close(connection)
    return pairs
  }

  close(): void {
    for (let connection = 0; connection < CONNECTIONS; connection += 1) this.#close(connection)
  }

  async #open(connection: number): Promise<Peers> {
    const { kafka, millrace } = this.comparison
    return (this.#connections[connection] ??= [await Peer.open(kafka.port), await Peer.open(millrace.port)])
  }

  #close(connection: number): void {
    for (const peer of this.#connections[connection] ?? []) peer.close()
    this.#connections[connection] = undefined
  }
}

const LOST: Reaction = { kind: 'silence', answer: undefined }
const PRODUCE_KEY = 0

/** Produce with acks 0 is not answered: whether it went well shows in what happens to the request after it. */
export const hasAnswer = ({ api, request }: Sent): boolean =>
  api.key !== PRODUCE_KEY || Reflect.get(Object(request), 'acks') !== 0

const react = (sent: Sent, correlationId: number, outcome: Outcome): Reaction => {
  if (outcome.kind !== 'answer') return { kind: outcome.kind, answer: undefined }
  const { api, claimedVersion } = sent
  // A version of ApiVersions that is not known is answered in version 0.
  const version = claimedVersion > api.versions[1] && api.key === apiVersions.key ? 0 : claimedVersion
  const reader = new Reader(outcome.frame)
  if (readResponseHeader(reader, api, version) !== correlationId) return { kind: 'another answer', answer: undefined }
  const answer = readResponse(api, version, reader)
  if (reader.remaining > 0) throw new Error(`${api.name} v${version}: ${reader.remaining} bytes after the answer`)
  return { kind: 'answer', answer }
}
