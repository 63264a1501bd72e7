/**
 * One connection to one broker of any kind: asks which versions it has, then requests in the newest that both know. What a
 * failure looks like is up to who asks.
 */
import { connect, type Socket } from 'node:net'
import { messageOf } from '../base/errors.ts'
import { apiVersions } from '../messages/18-api-versions.ts'
import { readResponse, writeRequest } from '../wire/codec.ts'
import { errorCode } from '../wire/errors.ts'
import { readResponseHeader, writeRequestHeader } from '../wire/headers.ts'
import { Reader } from '../wire/reader.ts'
import type { AnyStruct, Api, Draft, Infer } from '../wire/schema.ts'
import { Writer } from '../wire/writer.ts'
import type { Address } from './address.ts'

/** What a broker is told of the program, whatever the client calls itself. */
const SOFTWARE = { clientSoftwareName: 'millrace', clientSoftwareVersion: '0' }
const LENGTH_BYTES = 4
const CORRELATION_BYTES = 4
/** A frame that claims more is none: somebody else listens there. */
const FRAME_BYTES_MAX = 100 << 20

export interface Trouble {
  readonly why: string
  /** Nobody answers, or not in time. */
  readonly isUnreachable: boolean
}

export interface ConnectionOptions {
  readonly clientId: string
  /** Of the connection, and of each answer. */
  readonly timeoutMs: number
  readonly failure: (address: Address, trouble: Trouble) => Error
}

interface Waiting {
  readonly resolve: (frame: Buffer) => void
  readonly reject: (error: Error) => void
}

interface Versions {
  readonly min: number
  readonly max: number
}

export class Connection {
  readonly address: Address
  readonly #socket: Socket
  readonly #options: ConnectionOptions
  readonly #waiting = new Map<number, Waiting>()
  #versions: ReadonlyMap<number, Versions> = new Map()
  #received: Buffer[] = []
  #receivedBytes = 0
  /** With fewer bytes than these there is nothing to look at. */
  #wantedBytes = LENGTH_BYTES
  #correlationId = 0
  #ended: Error | null = null

  private constructor(address: Address, socket: Socket, options: ConnectionOptions) {
    this.address = address
    this.#socket = socket
    this.#options = options
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('error', (error) => this.#end(messageOf(error)))
    socket.on('close', () => this.#end('the broker closed the connection'))
  }

  /** Connects, and asks for the versions. Throws when nobody answers in time. */
  static async open(address: Address, options: ConnectionOptions): Promise<Connection> {
    const connection = new Connection(address, await connected(address, options), options)
    try {
      await connection.#handshake()
      return connection
    } catch (error) {
      connection.close()
      throw error
    }
  }

  supports({ key, versions: [first, last] }: Api): boolean {
    const theirs = this.#versions.get(key)
    return theirs !== undefined && theirs.min <= last && theirs.max >= first
  }

  /** Asks in the newest version that both sides know. */
  async ask<Q extends AnyStruct, R extends AnyStruct>(api: Api<Q, R>, request: Draft<Q>): Promise<Infer<R>> {
    const theirs = this.#versions.get(api.key)
    if (theirs === undefined || !this.supports(api))
      throw this.#options.failure(this.address, { why: `does not answer ${api.name}`, isUnreachable: false })
    return this.#askIn(Math.min(theirs.max, api.versions[1]), api, request)
  }

  close(): void {
    this.#socket.destroy()
  }

  // Whoever does not know version 3 answers in version 0.
  async #handshake(): Promise<void> {
    const frame = await this.#exchange(apiVersions, 3, SOFTWARE)
    const isTooNew = frame.readInt16BE(CORRELATION_BYTES) === errorCode('UNSUPPORTED_VERSION')
    const { apiKeys } = isTooNew ? await this.#askIn(0, apiVersions, SOFTWARE) : decode(apiVersions, 3, frame)
    this.#versions = new Map(
      apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, { min: minVersion, max: maxVersion }]),
    )
  }

  async #askIn<Q extends AnyStruct, R extends AnyStruct>(
    version: number,
    api: Api<Q, R>,
    request: Draft<Q>,
  ): Promise<Infer<R>> {
    return decode(api, version, await this.#exchange(api, version, request))
  }

  #exchange<Q extends AnyStruct>(api: Api<Q>, version: number, request: Draft<Q>): Promise<Buffer> {
    const { clientId, timeoutMs } = this.#options
    const correlationId = ++this.#correlationId
    const writer = new Writer()
    writer.int32(0)
    writeRequestHeader(writer, api, { apiVersion: version, correlationId, clientId })
    const frame = writeRequest(api, version, request, writer)
    frame.writeInt32BE(frame.length - LENGTH_BYTES, 0)
    return new Promise((resolve, reject) => {
      if (this.#ended !== null) {
        reject(this.#ended)
        return
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(correlationId)
        reject(this.#unreachable(`no answer to ${api.name} within ${timeoutMs} ms`))
      }, timeoutMs)
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T): void => {
          clearTimeout(timer)
          settle(value)
        }
      this.#waiting.set(correlationId, { resolve: settled(resolve), reject: settled(reject) })
      this.#socket.write(frame)
    })
  }

  #receive(chunk: Buffer): void {
    this.#received.push(chunk)
    this.#receivedBytes += chunk.length
    while (this.#receivedBytes >= this.#wantedBytes) {
      const bytes = Buffer.concat(this.#received)
      const end = LENGTH_BYTES + bytes.readInt32BE(0)
      if (end < LENGTH_BYTES + CORRELATION_BYTES || end > FRAME_BYTES_MAX) {
        this.#end('what listens there does not speak the protocol of Kafka')
        this.#socket.destroy()
        return
      }
      const isWhole = bytes.length >= end
      if (isWhole) this.#answer(bytes.subarray(LENGTH_BYTES, end))
      const rest = isWhole ? bytes.subarray(end) : bytes
      this.#received = [rest]
      this.#receivedBytes = rest.length
      this.#wantedBytes = isWhole ? LENGTH_BYTES : end
    }
  }

  #answer(frame: Buffer): void {
    const correlationId = frame.readInt32BE(0)
    this.#waiting.get(correlationId)?.resolve(frame)
    this.#waiting.delete(correlationId)
  }

  #end(why: string): void {
    this.#ended ??= this.#unreachable(why)
    for (const { reject } of this.#waiting.values()) reject(this.#ended)
    this.#waiting.clear()
  }

  #unreachable(why: string): Error {
    return this.#options.failure(this.address, { why, isUnreachable: true })
  }
}

const decode = <R extends AnyStruct>(api: Api<AnyStruct, R>, version: number, frame: Buffer): Infer<R> => {
  const reader = new Reader(frame)
  readResponseHeader(reader, api, version)
  return readResponse(api, version, reader)
}

const connected = (address: Address, { timeoutMs, failure }: ConnectionOptions): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const { host, port } = address
    const socket = connect({ host, port, noDelay: true })
    const fail = (why: string): void => {
      clearTimeout(timer)
      socket.destroy()
      reject(failure(address, { why, isUnreachable: true }))
    }
    const timer = setTimeout(() => fail(`no connection within ${timeoutMs} ms`), timeoutMs)
    socket.once('error', (error) => fail(messageOf(error)))
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.removeAllListeners('error')
      resolve(socket)
    })
  })
