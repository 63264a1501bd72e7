// What a broker answered, as text that two brokers can be compared by: what each makes up for itself gets a name instead.
import type { Peer } from '../../harness/peer.ts'
import { errorName } from 'millrace/wire/errors.js'
import type { AnyStruct, Api, Draft, Infer } from 'millrace/wire/schema.js'
import { batchesOf } from './batches.ts'

/** Wall-clock times in milliseconds are beyond this; nothing else in an answer is. */
const TIMES_FROM = 1_600_000_000_000
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** Fields that each broker fills in its own way: only whether there is something is compared. */
const ownValues: Readonly<Record<string, string>> = {
  clusterId: '<cluster>',
  host: '<host>',
  clientHost: '<host>',
  logDir: '<directory>',
  documentation: '<text>',
}

/** Written for people: ours say more. */
const texts = new Set(['errorMessage', 'batchIndexErrorMessage'])

export class Transcript {
  readonly #lines: string[] = []
  readonly #names = new Map<string | number, string>()

  /** From here on `value` is written as `name`. */
  name(value: string | number, name: string): void {
    this.#names.set(value, `<${name}>`)
  }

  note(line: string, value?: unknown): void {
    this.#lines.push(value === undefined ? line : `${line}: ${this.#render('', value)}`)
  }

  /** One call; the answer is written down. */
  async call<Q extends AnyStruct, R extends AnyStruct>(
    peer: Peer,
    what: string,
    api: Api<Q, R>,
    version: number,
    request: Draft<Q>,
  ): Promise<Infer<R>> {
    const answer = await peer.call(api, version, request)
    this.#lines.push(`${api.name} v${version}, ${what}`, `  ${this.#render('', answer)}`)
    return answer
  }

  /** A call whose answer may have to wait for other calls: sent now, written down when the returned function is called. */
  start<Q extends AnyStruct, R extends AnyStruct>(
    peer: Peer,
    what: string,
    api: Api<Q, R>,
    version: number,
    request: Draft<Q>,
    answered: (answer: Infer<R>) => void = () => {},
  ): () => Promise<Infer<R>> {
    const coming = peer.call(api, version, request)
    // Nobody may be waiting when a connection is closed.
    coming.catch(() => {})
    return async () => {
      const answer = await coming
      answered(answer)
      this.#lines.push(`${api.name} v${version}, ${what}`, `  ${this.#render('', answer)}`)
      return answer
    }
  }

  /** What `work` would write down is left out. */
  async silently(work: () => Promise<void>): Promise<void> {
    const { length } = this.#lines
    await work()
    this.#lines.length = length
  }

  /** The same call in every version from `from` on, or those of `to` at most; neighbours that answer alike share a line. */
  async versions<Q extends AnyStruct, R extends AnyStruct>(
    peer: Peer,
    what: string,
    api: Api<Q, R>,
    request: (version: number) => Draft<Q> | Promise<Draft<Q>>,
    { from = api.versions[0], to = api.versions[1] }: { readonly from?: number; readonly to?: number } = {},
  ): Promise<Infer<R>> {
    const answers: { first: number; last: number; text: string }[] = []
    let latest: Infer<R> | undefined
    for (let version = from; version <= to; version += 1) {
      latest = await peer.call(api, version, await request(version))
      const text = this.#render('', latest)
      const before = answers.at(-1)
      if (before?.text === text) before.last = version
      else answers.push({ first: version, last: version, text })
    }
    this.#lines.push(`${api.name}, ${what}`)
    for (const { first, last, text } of answers) {
      this.#lines.push(`  ${first === last ? `v${first}` : `v${first}-${last}`} ${text}`)
    }
    if (latest === undefined) throw new Error(`${api.name} has no version from ${from} to ${to}`)
    return latest
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`
  }

  #render(key: string, value: unknown): string {
    if (value === null || value === undefined || typeof value === 'boolean') return String(value)
    if (Buffer.isBuffer(value)) return key === 'records' ? this.#batches(value) : `'${printable(value)}'`
    if (Array.isArray(value)) return this.#array(key, value)
    if (typeof value === 'object') {
      const fields = Object.entries(value)
        .filter(([name]) => !texts.has(name))
        .map(([name, field]) => `${name}=${this.#render(name, field)}`)
      return `{${fields.join(' ')}}`
    }
    if (key.endsWith('rrorCode') && typeof value === 'number') return errorName(value)
    return this.#scalar(key, value as string | number | bigint)
  }

  #scalar(key: string, value: string | number | bigint): string {
    const own = ownValues[key]
    if (own !== undefined && value !== '') return own
    const named = typeof value === 'bigint' ? undefined : this.#names.get(value)
    if (named !== undefined && value !== '') return named
    if (typeof value === 'string') return `'${value.replaceAll(UUID, '<uuid>')}'`
    if (key === 'port' && value !== -1) return '<port>'
    if (key === 'sessionId' && value !== 0) return '<session>'
    if (value > TIMES_FROM && value < Number.MAX_SAFE_INTEGER) return '<time>'
    return String(value)
  }

  #array(key: string, values: readonly unknown[]): string {
    const rendered = values.map((element) => this.#render(key, element))
    return `[${(values.every(comesInAnyOrder) ? rendered.toSorted() : rendered).join(', ')}]`
  }

  #batches(bytes: Buffer): string {
    return this.#render('batches', batchesOf(bytes))
  }
}

const printable = (bytes: Buffer): string =>
  bytes.toString('latin1').replaceAll(/[^ -~]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)

/** Groups, and the members of one, come in the order of a hash map. */
const comesInAnyOrder = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (('groupId' in value && !('topics' in value)) || ('memberId' in value && !('errorCode' in value)))
