// A connection that may send anything: whole requests through the wire schemas, or bytes that no client would send.
import { connect, type Socket } from 'node:net'
import { readResponse, writeRequest } from 'millrace/wire/codec.js'
import { readResponseHeader, writeRequestHeader } from 'millrace/wire/headers.js'
import { Reader } from 'millrace/wire/reader.js'
import type { AnyStruct, Api, Draft, Infer } from 'millrace/wire/schema.js'
import { Writer } from 'millrace/wire/writer.js'

const CLIENT_ID = 'hostile'
const ANSWER_TIMEOUT_MS = 15_000
const LENGTH_BYTES = 4

/** How the broker took what was sent. */
export type Outcome =
  | { readonly kind: 'answer'; readonly frame: Buffer }
  | { readonly kind: 'closed' }
  | { readonly kind: 'silence' }

export class Peer {
  readonly socket: Socket
  #chunks: Buffer[] = []
  #bytes = 0
  /** With fewer bytes than these there is nothing to look at. */
  #wanted = LENGTH_BYTES
  #ended = false
  #correlationId = 0
  readonly #changed = new Set<() => void>()
  readonly #clientId: string

  private constructor(socket: Socket, clientId: string) {
    this.socket = socket
    this.#clientId = clientId
    socket.on('data', (chunk) => {
      this.#chunks.push(chunk)
      this.#bytes += chunk.length
      this.#tell()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#ended = true
      this.#tell()
    })
  }

  static open(port: number, clientId = CLIENT_ID): Promise<Peer> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new Peer(socket, clientId))
      })
    })
  }

  get closed(): boolean {
    return this.#ended
  }

  /** Bytes as they are, without a length in front. */
  raw(bytes: Buffer | string): void {
    this.socket.write(bytes)
  }

  /** One frame: the length, then the bytes. */
  frame(body: Buffer): void {
    this.socket.write(framed(body))
  }

  /** The next frame, the close of the connection, or nothing for `waitMs`. */
  async outcome(waitMs = ANSWER_TIMEOUT_MS): Promise<Outcome> {
    const deadline = Date.now() + waitMs
    for (;;) {
      const frame = this.#takeFrame()
      if (frame !== null) return { kind: 'answer', frame }
      if (this.#ended) return { kind: 'closed' }
      const left = deadline - Date.now()
      if (left <= 0) return { kind: 'silence' }
      await this.#change(left)
    }
  }

  /** Sends a whole request and decodes its answer. */
  async call<Q extends AnyStruct, R extends AnyStruct>(
    api: Api<Q, R>,
    version: number,
    request: Draft<Q>,
  ): Promise<Infer<R>> {
    this.frame(requestBytes(api, version, request, ++this.#correlationId, this.#clientId))
    const outcome = await this.outcome()
    if (outcome.kind !== 'answer') throw new Error(`${api.name} v${version}: ${outcome.kind} instead of an answer`)
    const reader = new Reader(outcome.frame)
    const correlationId = readResponseHeader(reader, api, version)
    if (correlationId !== this.#correlationId)
      throw new Error(`answer ${correlationId} to request ${this.#correlationId}`)
    const answer = readResponse(api, version, reader)
    if (reader.remaining > 0) throw new Error(`${api.name} v${version}: ${reader.remaining} bytes behind the answer`)
    return answer
  }

  close(): void {
    this.socket.destroy()
  }

  #takeFrame(): Buffer | null {
    if (this.#bytes < this.#wanted) return null
    const received = Buffer.concat(this.#chunks)
    const end = LENGTH_BYTES + received.readInt32BE(0)
    const isWhole = received.length >= end
    this.#chunks = [isWhole ? received.subarray(end) : received]
    this.#bytes = isWhole ? received.length - end : received.length
    this.#wanted = isWhole ? LENGTH_BYTES : end
    return isWhole ? received.subarray(LENGTH_BYTES, end) : null
  }

  #tell(): void {
    for (const wake of this.#changed) wake()
  }

  #change(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer)
        this.#changed.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, waitMs)
      this.#changed.add(wake)
    })
  }
}

const framed = (body: Buffer): Buffer => {
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeInt32BE(body.length)
  return Buffer.concat([length, body])
}

export const requestBytes = <Q extends AnyStruct>(
  api: Api<Q>,
  version: number,
  request: Draft<Q>,
  correlationId = 1,
  clientId = CLIENT_ID,
): Buffer => {
  const writer = new Writer()
  writeRequestHeader(writer, api, { apiVersion: version, correlationId, clientId })
  return writeRequest(api, version, request, writer)
}

/** A request header of version 1 (2 with the empty tags that `flexible` adds) in front of any bytes. */
export const headed = (
  apiKey: number,
  apiVersion: number,
  body: Buffer,
  { clientId = Buffer.from(CLIENT_ID), flexible = false }: { clientId?: Buffer; flexible?: boolean } = {},
): Buffer => {
  const head = Buffer.alloc(10)
  head.writeInt16BE(apiKey, 0)
  head.writeInt16BE(apiVersion, 2)
  head.writeInt32BE(1, 4)
  head.writeInt16BE(clientId.length, 8)
  return Buffer.concat([head, clientId, flexible ? Buffer.from([0]) : Buffer.alloc(0), body])
}
