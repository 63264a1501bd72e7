// One conversation with one broker, written down so that it can be laid beside the same conversation with another.
import { type ApiName, apis } from 'millrace/messages/index.js'
import type { Api, Draft, Infer } from 'millrace/wire/schema.js'
import type { Broker } from '../../harness/broker.ts'
import { Peer } from '../../harness/peer.ts'
import type { Asked } from '../comparison/explained.ts'

type Request<Name extends ApiName> = Draft<(typeof apis)[Name]['request']>
type Answer<Name extends ApiName> = Infer<(typeof apis)[Name]['response']>

export interface Line extends Asked {
  readonly note: string
}

export class Conversation {
  readonly transcript: Line[] = []
  readonly #peer: Peer

  private constructor(peer: Peer) {
    this.#peer = peer
  }

  static async with(broker: Broker): Promise<Conversation> {
    return new Conversation(await Peer.open(broker.port))
  }

  /** Sends a request and writes the answer down. */
  async ask<Name extends ApiName>(
    api: Name,
    version: number,
    request: Request<Name>,
    note = '',
  ): Promise<Answer<Name>> {
    const answer = await this.quietly(api, version, request)
    this.transcript.push({ api, version, request, note, answer })
    return answer
  }

  /** Sends a request whose answer is of no interest to the comparison. */
  async quietly<Name extends ApiName>(name: Name, version: number, request: Request<Name>): Promise<Answer<Name>> {
    const api = apis[name] as unknown as Api
    return (await this.#peer.call(api, version, request)) as Answer<Name>
  }

  close(): void {
    this.#peer.close()
  }
}
