/** The only importer of uWebSockets.js (D22): its callbacks become requests and responses, with every bound it does not have itself. */
import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type {
  HttpRequest as UwsRequest,
  HttpResponse as UwsResponse,
  TemplatedApp,
  WebSocketBehavior,
  us_listen_socket as ListenSocket,
} from 'uWebSockets.js'
import { AdminError, failureResponse } from './failure.ts'
import { STREAM_PATH } from './contract/paths.ts'
import { type Headers, type HttpRequest, type HttpResponse, REQUEST_ID } from './http.ts'
import type { Stream, StreamConnection } from './stream.ts'

/** A body is held in memory before anybody looks at it. */
const BODY_BYTES_MAX = 1024 * 1024
/** Beyond it a connection is closed as soon as it is there: half of the files that the engine leaves for all but logs and clients. */
const CONNECTIONS_MAX = 128

/** Of messages that a stream has not taken. */
const STREAM_BYTES_MAX = 256 * 1024

const WITH_BODY = new Set(['POST', 'PATCH', 'PUT', 'DELETE'])

export interface HttpServerOptions {
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
  /** May not throw. */
  readonly answer: (request: HttpRequest) => Promise<HttpResponse>
  readonly stream: Stream
}

export interface HttpServer {
  /** The one that was bound. */
  readonly port: number
  /** Ends every connection. */
  close(): void
}

/** Binds and serves; throws where the address is taken or not of this machine. */
export const serveHttp = async ({ host, port, answer, stream }: HttpServerOptions): Promise<HttpServer> => {
  // Not above: the bundle would require it, and it can only be imported.
  const { App, us_socket_local_port: localPort } = await import('uWebSockets.js')
  const app = App()
  let connections = 0
  app.filter((response, count) => {
    connections += count
    if (count > 0 && connections > CONNECTIONS_MAX) response.close()
  })
  app.ws<StreamData>(STREAM_PATH, streaming(stream))
  app.any('/*', (response, request) => take(response, request, answer))
  const socket = await listen(app, host, port)
  return { port: localPort(socket), close: () => void app.close() }
}

interface StreamData {
  readonly headers: Headers
  connection?: StreamConnection
}

/** What a client sends on the stream is not looked at; who does not read is cut off. */
const streaming = (stream: Stream): WebSocketBehavior<StreamData> => ({
  maxPayloadLength: 1024,
  maxBackpressure: STREAM_BYTES_MAX,
  closeOnBackpressureLimit: true,
  idleTimeout: 60,
  sendPingsAutomatically: true,
  upgrade: (response, request, context) => {
    const headers = headersOf(request)
    const id = requestId(headers)
    try {
      const data: StreamData = { headers: stream.admit(headers) }
      const name = (header: string): string => headers[`sec-websocket-${header}`] ?? ''
      response.upgrade(data, name('key'), name('protocol'), name('extensions'), context)
    } catch (thrown) {
      send(response, failureResponse(thrown, id), id, false)
    }
  },
  open: (socket) => {
    const data = socket.getUserData()
    data.connection = { send: (message) => void socket.send(message), close: () => socket.end() }
    stream.opened(data.connection, data.headers)
  },
  close: (socket) => {
    const { connection } = socket.getUserData()
    if (connection !== undefined) stream.closed(connection)
  },
})

/** `LIBUS_LISTEN_EXCLUSIVE_PORT`, which the types leave out; without it two processes share a port. */
const EXCLUSIVE = 1

/** The types do not know that options may follow a host. */
type Listen = (
  host: string,
  port: number,
  options: number,
  done: (socket: ListenSocket | false) => void,
) => TemplatedApp

const listen = (app: TemplatedApp, host: string, port: number): Promise<ListenSocket> =>
  new Promise((resolve, reject) => {
    const bind = app.listen.bind(app) as unknown as Listen
    bind(host, port, EXCLUSIVE, (socket) => {
      if (socket === false) reject(new Error(`${host}:${port} is taken, or is no address of this machine`))
      else resolve(socket)
    })
  })

const take = (response: UwsResponse, request: UwsRequest, answer: HttpServerOptions['answer']): void => {
  let gone = false
  const aborting = new AbortController()
  response.onAborted(() => {
    gone = true
    aborting.abort()
  })
  const method = request.getCaseSensitiveMethod()
  const headers = headersOf(request)
  const respond = (answered: HttpResponse): void => {
    if (gone) return
    gone = true
    send(response, answered, head.id, method === 'HEAD')
    if (isInPieces(answered.body) && method !== 'HEAD') void sendPieces(response, answered.body, aborting.signal)
  }
  // All that is known of a request must be read before this returns.
  const head = {
    id: requestId(headers),
    method: method === 'HEAD' ? 'GET' : method,
    path: request.getUrl(),
    // Undefined without one, whatever the types say.
    query: (request.getQuery() as string | undefined) ?? '',
    headers,
    address: Buffer.from(response.getRemoteAddressAsText()).toString(),
  }
  const finish = (body: Buffer): void => {
    void answer({ ...head, body }).then(respond)
  }
  if (WITH_BODY.has(method)) {
    // What still comes of it is passed over: who is cut off while he sends does not read why.
    readBody(response, finish, () => respond(tooLarge(head.id)))
  } else {
    finish(Buffer.alloc(0))
  }
}

const tooLarge = (id: string): HttpResponse =>
  failureResponse(new AdminError('TOO_LARGE', `A body has at most ${BODY_BYTES_MAX} bytes.`), id)

/** That of a proxy in front of it, say, where it is one that may stand in a line of the log. */
const requestId = ({ [REQUEST_ID]: given = '' }: Headers): string =>
  /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID()

const headersOf = (request: UwsRequest): Headers => {
  const headers: Record<string, string> = {}
  request.forEach((name, value) => {
    headers[name] = value
  })
  return headers
}

const readBody = (response: UwsResponse, done: (body: Buffer) => void, refuse: () => void): void => {
  const chunks: Buffer[] = []
  let bytes = 0
  response.onData((chunk, isLast) => {
    if (bytes > BODY_BYTES_MAX) return
    bytes += chunk.byteLength
    if (bytes > BODY_BYTES_MAX) {
      refuse()
      return
    }
    // The memory is taken back when this returns.
    chunks.push(Buffer.from(Buffer.from(chunk)))
    if (isLast) done(Buffer.concat(chunks))
  })
}

const send = (response: UwsResponse, { status, headers, body }: HttpResponse, id: string, bare: boolean): void => {
  response.cork(() => {
    response.writeStatus(`${status} ${STATUS_CODES[status] ?? ''}`)
    response.writeHeader(REQUEST_ID, id)
    for (const [name, value] of Object.entries(headers)) response.writeHeader(name, value)
    if (isInPieces(body)) {
      if (bare) response.endWithoutBody()
    } else if (bare) response.endWithoutBody(Buffer.byteLength(body))
    else response.end(body)
  })
}

const isInPieces = (body: HttpResponse['body']): body is AsyncIterable<string> =>
  typeof body === 'object' && Symbol.asyncIterator in body

/** Sends pieces as they come, each when the client has taken most of the one before. A defect on the way cuts the connection. */
const sendPieces = async (
  response: UwsResponse,
  pieces: AsyncIterable<string>,
  aborted: AbortSignal,
): Promise<void> => {
  try {
    for await (const piece of pieces) {
      if (aborted.aborted) return
      let isTaken = true
      response.cork(() => {
        isTaken = response.write(piece)
      })
      if (!isTaken) await writable(response, aborted)
      if (aborted.aborted) return
    }
    response.cork(() => void response.end())
  } catch {
    if (!aborted.aborted) response.close()
  }
}

const writable = (response: UwsResponse, aborted: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    aborted.addEventListener('abort', () => resolve(), { once: true })
    response.onWritable(() => {
      resolve()
      return true
    })
  })
