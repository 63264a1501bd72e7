/** Who calls: a browser with a session, or a program on this machine that may read the token of the data directory. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import type { Account } from '../cluster/image.ts'
import { FIRST_ACCOUNT } from '../security/accounts.ts'
import { verifyPassword } from '../security/passwords.ts'
import { type Role, roles } from './contract/roles.ts'
import type { Caller } from './exchange.ts'
import { AdminError } from './failure.ts'
import type { Headers } from './http.ts'
import { createSessions, type Sessions } from './sessions.ts'
import { createThrottle } from './throttle.ts'

const COOKIE = 'millrace_session'
const CSRF = 'x-millrace-csrf'
const TOKEN_BYTES = 32
const MS_PER_SECOND = 1000

export interface Auth {
  /** For the command line; another one at each start. */
  readonly token: string
  readonly sessions: Sessions
  /** Null for nobody. Throws NOT_LOGGED_IN for a token that is not ours. */
  identify(headers: Headers): Caller | null
  /** Throws WRONG_PASSWORD, TOO_MANY_ATTEMPTS. */
  checkPassword(user: string, password: string, address: string): Promise<void>
}

export type FindAccount = (name: string) => Account | undefined

export const createAuth = (find: FindAccount, clock: Clock): Auth => {
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  const sessions = createSessions(clock)
  const throttle = createThrottle(clock)
  return {
    token,
    sessions,
    identify(headers) {
      const [, given] = /^bearer (\S+)$/i.exec(headers['authorization'] ?? '') ?? []
      if (given !== undefined) {
        if (isSame(given, token)) return { name: FIRST_ACCOUNT, role: 'admin', session: null }
        throw new AdminError('NOT_LOGGED_IN', 'The token is not that of this broker since its last start.')
      }
      const id = cookieOf(headers)
      const session = id === null ? null : sessions.find(id)
      const account = session === null ? undefined : find(session.user)
      if (id === null || session === null || account === undefined) return null
      return { name: session.user, role: roleOf(account), session: { ...session, id } }
    },
    async checkPassword(user, password, address) {
      const check = (): Promise<boolean> => verifyPassword(password, find(user)?.hash ?? null)
      // By name and by address: neither one name from everywhere, nor all names from one place.
      const outcome = await throttle.attempt([`name ${user}`, `address ${address}`], check)
      if (outcome === true) return
      if (outcome === false) throw new AdminError('WRONG_PASSWORD', 'The name or the password is wrong.')
      const seconds = Math.ceil(outcome.waitMs / MS_PER_SECOND)
      throw new AdminError('TOO_MANY_ATTEMPTS', `Too many attempts: wait ${seconds} s.`, {
        'retry-after': String(seconds),
      })
    },
  }
}

/** What a later version calls otherwise may look and no more. */
export const roleOf = ({ role }: Account): Role => roles.find((known) => known === role) ?? 'viewer'

/** That a change sent with a session comes from a page of ours. Throws FOREIGN_ORIGIN. */
export const checkCsrf = ({ session }: Caller, headers: Headers): void => {
  if (session === null || isSame(headers[CSRF] ?? '', session.csrf)) return
  throw new AdminError('FOREIGN_ORIGIN', `The header ${CSRF} is not that of the session.`)
}

const isSame = (left: string, right: string): boolean => timingSafeEqual(digest(left), digest(right))
const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

const cookieOf = (headers: Headers): string | null => {
  const [, value] = new RegExp(`(?:^|;)\\s*${COOKIE}=([\\w-]+)`).exec(headers['cookie'] ?? '') ?? []
  return value ?? null
}

/** `set-cookie` for a session, or for the end of one. */
export const sessionCookie = (id: string | null): string =>
  `${COOKIE}=${id ?? ''}; Path=/; HttpOnly; SameSite=Strict${id === null ? '; Max-Age=0' : ''}`
