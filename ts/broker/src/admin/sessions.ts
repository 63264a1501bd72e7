/** Sessions of browsers, in memory: a restart logs everybody out. */
import { randomBytes } from 'node:crypto'
import type { Clock } from '../base/clock.ts'

const HOUR_MS = 60 * 60 * 1000
const IDLE_MS_MAX = 12 * HOUR_MS
/** However much it is used. */
const AGE_MS_MAX = 7 * 24 * HOUR_MS
const SESSIONS_MAX = 1000
const ID_BYTES = 32

export interface Session {
  readonly user: string
  /** Of the password that opened it: with another one the session is over. */
  readonly hash: string
  /** Proves that a change was sent by a page of ours. */
  readonly csrf: string
}

export interface Sessions {
  /** A new id at each login, whatever the browser had before. */
  create(user: string, hash: string): { readonly id: string; readonly session: Session }
  /** Counts as a use of it. */
  find(id: string): Session | null
  /** Is no use of it. */
  look(id: string): Session | null
  end(id: string): void
}

interface Kept extends Session {
  readonly begunAt: number
  usedAt: number
}

export const createSessions = (clock: Clock): Sessions => {
  // In the order of their use: the first is the one that was not used for longest.
  const kept = new Map<string, Kept>()
  const random = (): string => randomBytes(ID_BYTES).toString('base64url')
  const look = (id: string): Kept | null => {
    const session = kept.get(id)
    if (session === undefined) return null
    const now = clock.monotonic()
    if (now - session.usedAt <= IDLE_MS_MAX && now - session.begunAt <= AGE_MS_MAX) return session
    kept.delete(id)
    return null
  }
  return {
    create(user, hash) {
      const [oldest] = kept.keys()
      if (kept.size >= SESSIONS_MAX && oldest !== undefined) kept.delete(oldest)
      const id = random()
      const now = clock.monotonic()
      const session = { user, hash, csrf: random(), begunAt: now, usedAt: now }
      kept.set(id, session)
      return { id, session }
    },
    find(id) {
      const session = look(id)
      if (session === null) return null
      kept.delete(id)
      session.usedAt = clock.monotonic()
      kept.set(id, session)
      return session
    },
    look,
    end: (id) => void kept.delete(id),
  }
}
