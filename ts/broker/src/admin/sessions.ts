/** Sessions of browsers, in memory: a restart logs everybody out. */
import { randomBytes } from 'node:crypto'
import type { Clock } from '../base/clock.ts'

const IDLE_MS_MAX = 12 * 60 * 60 * 1000
const SESSIONS_MAX = 1000
const ID_BYTES = 32

export interface Session {
  readonly user: string
  /** Proves that a change was sent by a page of ours. */
  readonly csrf: string
}

export interface Sessions {
  /** A new id at each login, whatever the browser had before. */
  create(user: string): { readonly id: string; readonly session: Session }
  find(id: string): Session | null
  end(id: string): void
  /** Of one whose password changed or who is gone. */
  endAll(user: string): void
}

interface Kept extends Session {
  usedAt: number
}

export const createSessions = (clock: Clock): Sessions => {
  // In the order of their use: the first is the one that was not used for longest.
  const kept = new Map<string, Kept>()
  const random = (): string => randomBytes(ID_BYTES).toString('base64url')
  return {
    create(user) {
      const [oldest] = kept.keys()
      if (kept.size >= SESSIONS_MAX && oldest !== undefined) kept.delete(oldest)
      const id = random()
      const session = { user, csrf: random(), usedAt: clock.monotonic() }
      kept.set(id, session)
      return { id, session }
    },
    find(id) {
      const session = kept.get(id)
      if (session === undefined) return null
      kept.delete(id)
      const now = clock.monotonic()
      if (now - session.usedAt > IDLE_MS_MAX) return null
      session.usedAt = now
      kept.set(id, session)
      return session
    },
    end: (id) => void kept.delete(id),
    endAll(user) {
      for (const [id, session] of kept) if (session.user === user) kept.delete(id)
    },
  }
}
