/** The stream of the console: all of what the first screen shows at the beginning, then what of it has changed. */
import type { Clock } from '../base/clock.ts'
import type { Auth } from './auth.ts'
import type { StreamMessage } from './contract/live.ts'
import { AdminError } from './failure.ts'
import { checkOrigin, type HostGuard } from './guard.ts'
import type { Headers } from './http.ts'
import { type Live, readLive, type Running } from './live.ts'
import type { BrokerStatus } from './status.ts'
import type { PartitionCounter } from './vitals.ts'

/** Half of what the server takes: the other half is for requests. */
const CONNECTIONS_MAX = 64

export interface StreamConnection {
  send(message: string): void
  close(): void
}

export interface StreamOptions {
  readonly auth: Auth
  readonly checkHost: HostGuard
  readonly clock: Pick<Clock, 'now'>
  readonly status: () => BrokerStatus
  readonly running: () => Running | null
  readonly counts: PartitionCounter
}

export interface Stream {
  /** Who may have it. Throws what stands against it. */
  admit(headers: Headers): Headers
  /** `headers` are those that were admitted: who has logged out since is sent nothing more. */
  opened(connection: StreamConnection, headers: Headers): void
  closed(connection: StreamConnection): void
}

export const createStream = ({ auth, checkHost, clock, status, running, counts }: StreamOptions): Stream => {
  const connections = new Map<StreamConnection, Headers>()
  let last: Live | undefined
  let unwatch: (() => void) | undefined

  const message = (type: StreamMessage['type'], live: Partial<Live>): string =>
    JSON.stringify({ type, at: String(clock.now()), live } satisfies StreamMessage)

  const turn = (): void => {
    const given = running()
    if (given === null) return
    const next = readLive(given, status(), counts)
    const changed = last === undefined ? next : difference(last, next)
    last = next
    const text = message('changed', changed)
    for (const [connection, headers] of connections) {
      // A tab that nobody looks at does not keep its session.
      if (auth.look(headers) === null) connection.close()
      else connection.send(text)
    }
  }

  return {
    admit(headers) {
      checkHost(headers)
      checkOrigin({ headers })
      if (running() === null) throw new AdminError('NOT_READY', `The broker is ${status().state}.`)
      if (auth.identify(headers) === null) throw new AdminError('NOT_LOGGED_IN', 'This takes a login.')
      if (connections.size >= CONNECTIONS_MAX) throw new AdminError('TOO_MANY_ATTEMPTS', 'Too many streams are open.')
      return headers
    },
    opened(connection, headers) {
      const given = running()
      if (given === null) {
        connection.close()
        return
      }
      connections.set(connection, headers)
      unwatch ??= given.rates.watch(turn)
      // What changes after it is told to all: it must be what they know, too.
      last ??= readLive(given, status(), counts)
      connection.send(message('all', last))
    },
    closed(connection) {
      connections.delete(connection)
      if (connections.size > 0) return
      unwatch?.()
      unwatch = undefined
      last = undefined
    },
  }
}

/** The fields of `next` that are not those of `before`. */
const difference = (before: Live, next: Live): Partial<Live> =>
  Object.fromEntries(
    Object.entries(next).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof Live]),
    ),
  )
