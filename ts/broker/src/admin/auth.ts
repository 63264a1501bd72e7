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
import { createSessions, type Session, type Sessions } from './sessions.ts'
import { createThrottle } from './throttle.ts'

const COOKIE = 'millrace_session'
const CSRF = 'x-millrace-csrf'
const TOKEN_BYTES = 32
const MS_PER_SECOND = 1000

export interface Auth {
  /** For the command line; another one at each start. */
  readonly token: string
  readonly sessions: Sessions
  /** Null for nobody; a use of the session. Throws NOT_LOGGED_IN for a token that is not ours. */
  identify(headers: Headers): Caller | null
  /** As `identify`, but no use of the session. */
  look(headers: Headers): Caller | null
  /** Answers the hash of the password. Throws WRONG_PASSWORD, TOO_MANY_ATTEMPTS. */
  checkPassword(user: string, password: string, address: string): Promise<string>
}

export type FindAccount = (name: string) => Account | undefined

export const createAuth = (find: FindAccount, clock: Clock): Auth => {
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  const sessions = createSessions(clock)
  const throttle = createThrottle(clock)

  const callerOf = (headers: Headers, sessionOf: (id: string) => Session | null): Caller | null => {
    const [, given] = /^bearer (\S+)$/i.exec(headers['authorization'] ?? '') ?? []
    if (given !== undefined) {
      if (isSame(given, token)) return { name: FIRST_ACCOUNT, role: 'admin', session: null }
      throw new AdminError('NOT_LOGGED_IN', 'The token is not that of this broker since its last start.')
    }
    const id = cookieOf(headers)
    const session = id === null ? null : sessionOf(id)
    const account = session === null ? undefined : find(session.user)
    // Whoever knew an older password is out, also the one who logged in while it was changed.
    if (id === null || session === null || account === undefined || account.hash !== session.hash) return null
    return { name: session.user, role: roleOf(account), session: { ...session, id } }
  }

  return {
    token,
    sessions,
    identify: (headers) => callerOf(headers, sessions.find),
    look: (headers) => callerOf(headers, sessions.look),
    async checkPassword(user, password, address) {
      const hash = find(user)?.hash ?? null
      // By name and by address: neither one name from everywhere, nor all names from one place.
      const outcome = await throttle.attempt([`name ${user}`, `address ${address}`], () =>
        verifyPassword(password, hash),
      )
      if (outcome === true && hash !== null) return hash
      if (typeof outcome === 'boolean') throw new AdminError('WRONG_PASSWORD', 'The name or the password is wrong.')
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

/** By the port that the browser sees: it does not keep cookies apart by port, and a host may have several brokers. */
export const cookieName = ({ host = '' }: Headers): string => {
  const [, port] = /:(\d{1,5})$/.exec(host) ?? []
  return port === undefined ? COOKIE : `${COOKIE}_${port}`
}

const cookieOf = (headers: Headers): string | null => {
  const [, value] = new RegExp(`(?:^|;)\\s*${cookieName(headers)}=([\\w-]+)`).exec(headers['cookie'] ?? '') ?? []
  return value ?? null
}

/** `set-cookie` for a session, or for the end of one; `headers` are those of the request. */
export const sessionCookie = (id: string | null, headers: Headers): string =>
  `${cookieName(headers)}=${id ?? ''}; Path=/; HttpOnly; SameSite=Strict${id === null ? '; Max-Age=0' : ''}`
