/**
 * When the admin server comes up: behind the listeners of clients, so that it costs their start nothing, or once a start
 * takes so long that somebody will ask how far it is. What it is made of is loaded then.
 */
import type { Clock } from '../base/clock.ts'
import { BrokerError, messageOf } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { AdminPlace } from '../configs/listeners.ts'
import type { BrokerConfig } from '../configs/start-up.ts'
import type { Recovery } from '../engine/recovery.ts'
import type { AdminServices } from './services.ts'
import type { BrokerState, BrokerStatus } from './status.ts'
import type { AdminServer } from './server.ts'

/** A start that takes longer is asked for its progress. */
const LONG_START_MS = 500

export interface AdminOptions {
  readonly config: BrokerConfig
  readonly place: AdminPlace
  readonly version: string
  readonly recovery: Recovery
  readonly clock: Clock
  readonly logger: Logger
}

export interface Console {
  /** With the port that was really bound. */
  readonly url: string
  /** Of the account `admin`, where this start made both: nobody can ask for it later. */
  readonly firstPassword: string | null
}

export interface Admin {
  /** Serves all of it from now on; answers where, or null where the port that nobody asked for is taken. */
  serve(services: AdminServices): Promise<Console | null>
  /** Health says so from now on, and nothing is changed any more. */
  stopping(): Promise<void>
  stop(): Promise<void>
}

export const createAdmin = (options: AdminOptions): Admin => {
  const { place, recovery, clock, logger } = options
  let services: AdminServices | null = null
  let isStopping = false
  let server: AdminServer | null = null
  let binding: Promise<AdminServer> | undefined

  const status = (): BrokerStatus => {
    const progress = recovery.progress()
    return { state: stateOf(isStopping, services !== null, progress.phase), recovery: progress }
  }
  const bind = (): Promise<AdminServer> => {
    const begin = async (): Promise<AdminServer> => {
      const { startServer } = await import('./server.ts')
      return startServer({ ...options, status, services: () => (isStopping ? null : services) })
    }
    binding ??= begin()
    return binding
  }
  const bound = async (): Promise<AdminServer | null> => {
    try {
      return await bind()
    } catch (thrown) {
      const why = `admin.listener: ${messageOf(thrown)}`
      if (place.isChosen) throw new BrokerError('INVALID_CONFIG', why, { cause: thrown })
      logger.warn({}, `${why}: the broker runs without its console; give admin.listener another port, or none`)
      return null
    }
  }
  const early = clock.after(LONG_START_MS, () => {
    // What went wrong is told when the broker waits for it.
    bind().catch(() => undefined)
  })

  return {
    async serve(given) {
      early.cancel()
      server = await bound()
      services = given
      return server === null ? null : { url: server.url, firstPassword: await server.admit(given) }
    },
    async stopping() {
      isStopping = true
      await server?.leave()
    },
    async stop() {
      early.cancel()
      const bound = await binding?.catch(() => undefined)
      bound?.close()
    },
  }
}

const stateOf = (isStopping: boolean, isServing: boolean, phase: string): BrokerState => {
  if (isStopping) return 'stopping'
  if (isServing) return 'running'
  return phase === 'recovering' ? 'recovering' : 'starting'
}
