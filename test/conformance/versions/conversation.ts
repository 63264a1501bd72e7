// One conversation with one broker, written down so that it can be laid beside the same conversation with another: what differs by
// nature (ids, times, addresses) is replaced by a word.
import { ZERO_TOPIC_ID } from 'millrace/base/ids.js'
import { type ApiName, apis } from 'millrace/messages/index.js'
import type { Api, Draft, Infer } from 'millrace/wire/schema.js'
import type { Broker } from '../../harness/broker.ts'
import { Peer } from '../../harness/peer.ts'

type Request<Name extends ApiName> = Draft<(typeof apis)[Name]['request']>
type Answer<Name extends ApiName> = Infer<(typeof apis)[Name]['response']>

export interface Line {
  readonly what: string
  readonly answer: unknown
}

export class Conversation {
  readonly transcript: Line[] = []
  readonly #broker: Broker
  readonly #peer: Peer
  readonly #words = new Map<string, string>()

  private constructor(broker: Broker, peer: Peer) {
    this.#broker = broker
    this.#peer = peer
  }

  static async with(broker: Broker): Promise<Conversation> {
    return new Conversation(broker, await Peer.open(broker.port))
  }

  /** Sends a request and writes the answer down. */
  async ask<Name extends ApiName>(
    name: Name,
    version: number,
    request: Request<Name>,
    note = '',
  ): Promise<Answer<Name>> {
    const answer = await this.quietly(name, version, request)
    this.transcript.push({ what: `${name} v${version} ${note}`.trimEnd(), answer: this.#normal(answer, name) })
    return answer
  }

  /** Sends a request whose answer is of no interest to the comparison. */
  async quietly<Name extends ApiName>(name: Name, version: number, request: Request<Name>): Promise<Answer<Name>> {
    const api = apis[name] as unknown as Api
    return (await this.#peer.call(api, version, request)) as Answer<Name>
  }

  /** From now on this value reads as this word. */
  call(value: string, word: string): string {
    if (value !== '') this.#words.set(value, `<${word}>`)
    return value
  }

  close(): void {
    this.#peer.close()
  }

  #normal(value: unknown, field: string): unknown {
    if (Buffer.isBuffer(value)) return value.toString('hex')
    if (Array.isArray(value)) return this.#normalArray(value, field)
    if (typeof value === 'object' && value !== null) {
      const fields = Object.entries(value).filter(([name]) => !ignored.has(name))
      return Object.fromEntries(fields.map(([name, inner]) => [name, this.#normal(inner, name)]))
    }
    return this.#normalScalar(value, field)
  }

  /** What has a name is put under it: Kafka lists from hash maps, and one that is missing must not shift all others. */
  #normalArray(values: readonly unknown[], field: string): unknown {
    const normal = values.map((value) => this.#normal(value, field))
    const names = normal.map(nameOf)
    return names.includes(undefined) || new Set(names).size < names.length
      ? normal
      : Object.fromEntries(normal.map((value, at) => [names[at], value]))
  }

  #normalScalar(value: unknown, field: string): unknown {
    if (texts.has(field)) return value === null || value === '' ? value : '<text>'
    if (field === 'port') return value === this.#broker.port ? '<port>' : value
    if (field === 'topicId' && typeof value === 'string')
      return this.#words.get(value) ?? (value === ZERO_TOPIC_ID ? value : '<id>')
    if (changing.has(field)) return typeof value === 'number' && value <= 0 ? value : `<${field}>`
    if (typeof value === 'number' && value > FIRST_TIME) return '<time>'
    return typeof value === 'string' ? (this.#words.get(value) ?? value) : value
  }
}

const FIRST_TIME = 1_600_000_000_000
const ignored = new Set(['throttleTimeMs', 'documentation'])
const texts = new Set(['errorMessage'])
const changing = new Set(['clusterId', 'logDir', 'totalBytes', 'usableBytes', 'producerId', 'sessionId'])

const nameFields = ['name', 'topic', 'groupId', 'resourceName', 'apiKey', 'key', 'partitionIndex', 'partition', 'index']

const nameOf = (value: unknown): string | undefined => {
  if (typeof value !== 'object' || value === null) return undefined
  const field = nameFields.find((name) => Reflect.get(value, name) !== undefined)
  return field === undefined ? undefined : String(Reflect.get(value, field))
}

/** Where two transcripts part, one line for each value. */
export const differences = (left: readonly Line[], right: readonly Line[]): readonly string[] =>
  left.flatMap(({ what, answer }, at) => {
    const other = right[at]
    if (other?.what !== what) return [`${what}: asked at another place`]
    return compare(answer, other.answer).map((difference) => `${what}: ${difference}`)
  })

const compare = (left: unknown, right: unknown, path = ''): readonly string[] => {
  if (typeof left === 'object' && typeof right === 'object' && left !== null && right !== null) {
    const names = new Set([...Object.keys(left), ...Object.keys(right)])
    return [...names].flatMap((name) => compare(Reflect.get(left, name), Reflect.get(right, name), `${path}.${name}`))
  }
  return Object.is(left, right) ? [] : [`${path} ${JSON.stringify(left)} != ${JSON.stringify(right)}`]
}
