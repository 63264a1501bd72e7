/** A request and a response as values, so that nothing but `uws.ts` knows which server there is. */

/** The header that names a request: of whoever sends one, of the broker where nobody does; and of its answer. */
export const REQUEST_ID = 'x-request-id'

/** Names in lower case. */
export type Headers = Readonly<Record<string, string>>

export interface HttpRequest {
  /** By which it is found again in the log. */
  readonly id: string
  readonly method: string
  /** As it was sent, without the query. */
  readonly path: string
  readonly query: string
  readonly headers: Headers
  /** The peer's address. */
  readonly address: string
  readonly body: Buffer
}

export interface HttpResponse {
  readonly status: number
  readonly headers: Headers
  /** Pieces are asked for as fast as they are taken. */
  readonly body: string | Uint8Array | AsyncIterable<string>
}

export const json = (status: number, value: unknown, headers: Headers = {}): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
  body: JSON.stringify(value),
})

export const text = (status: number, body: string, type = 'text/plain; charset=utf-8'): HttpResponse => ({
  status,
  headers: { 'content-type': type, 'cache-control': 'no-store' },
  body,
})
