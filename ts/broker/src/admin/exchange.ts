/** One call of the API: who makes it, and what the answer carries besides its body. */
import type { Role } from './contract/roles.ts'
import type { Session } from './sessions.ts'

export interface Caller {
  readonly name: string
  readonly role: Role
  /** Of a browser; null for who calls with the token. */
  readonly session: (Session & { readonly id: string }) | null
}

export interface Exchange {
  /** Null where a route is for anyone and nobody is logged in. */
  readonly caller: Caller | null
  /** The peer's address. */
  readonly address: string
  /** Gives the browser the id of a session, or takes it away. */
  setSession(id: string | null): void
}
