/** A file that is written while it is sent. */
import type { HttpResponse } from './http.ts'

export class Download {
  readonly #name: string
  readonly #type: string
  readonly #pieces: AsyncIterable<string>

  /** A name without quotes and controls. */
  constructor(name: string, type: string, pieces: AsyncIterable<string>) {
    this.#name = name
    this.#type = type
    this.#pieces = pieces
  }

  response(): HttpResponse {
    const headers = {
      'content-type': `${this.#type}; charset=utf-8`,
      'content-disposition': `attachment; filename="${this.#name}"`,
      'cache-control': 'no-store',
    }
    return { status: 200, headers, body: this.#pieces }
  }
}
