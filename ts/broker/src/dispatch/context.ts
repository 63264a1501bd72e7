/**
 * What a handler knows about a request besides its body. Everything here was fixed when the frame arrived: `arrivedAt`
 * is the engine's stamp, so that a busy event loop never makes a client look late.
 */
import type { Actor } from '../cluster/actor.ts'
import type { ClientSoftware } from '../engine/requests.ts'

export interface RequestContext {
  readonly connectionId: number
  readonly correlationId: number
  readonly clientId: string | null
  readonly apiKey: number
  readonly apiVersion: number
  readonly listener: string
  readonly principal: string
  readonly clientAddress: string
  /** Known with JoinGroup alone, and where the client has said it. */
  readonly software: ClientSoftware | null
  /** Wall clock, milliseconds. */
  readonly arrivedAt: number
}

export const actorOf = ({ principal, clientId, clientAddress }: RequestContext): Actor => ({
  principal,
  clientId,
  address: clientAddress,
})

/** The listener of what the admin API asks for on somebody's behalf. */
export const ADMIN_API = 'admin'

/** The principal of every connection that has not authenticated. */
export const ANONYMOUS = 'User:ANONYMOUS'

/** One request becomes one response, or null: nothing is sent, and the connection goes on. */
export type Handler<Request, Response> = (
  context: RequestContext,
  request: Request,
) => Response | null | Promise<Response | null>
