/** The admin server of a broker: what it is made of, from the moment it listens to its end. */
import type { Clock } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { AdminPlace } from '../configs/listeners.ts'
import type { BrokerConfig } from '../configs/start-up.ts'
import { threadsWhenNeeded } from '../browse/threads.ts'
import { watchFill } from '../history/fill.ts'
import { type LagHistory, type LagSource, watchLag } from '../history/lag.ts'
import { watchRates } from '../history/rates.ts'
import { watchTraffic } from '../history/traffic.ts'
import { createAnswer } from './answer.ts'
import { createAuth } from './auth.ts'
import { ensureFirstAccount } from './first-account.ts'
import { createHostGuard } from './guard.ts'
import type { Running } from './live.ts'
import type { AdminServices } from './services.ts'
import type { BrokerStatus } from './status.ts'
import { createStream } from './stream.ts'
import { createTables, type Tables } from './tables.ts'
import { removeToken, writeToken } from './token-file.ts'
import { serveHttp } from './uws.ts'
import { createPartitionCounts } from './vitals.ts'

export interface AdminServerOptions {
  readonly config: BrokerConfig
  readonly place: AdminPlace
  readonly version: string
  readonly clock: Clock
  readonly logger: Logger
  readonly status: () => BrokerStatus
  /** Null while the broker starts and stops. */
  readonly services: () => AdminServices | null
}

export interface AdminServer {
  readonly url: string
  /**
   * Lets people and programs in, once the broker runs: an account for the first start, a token for this one. Answers the
   * password of the account, where it was made.
   */
  admit(services: AdminServices): Promise<string | null>
  /** Looks at the broker no more; what is asked for is answered, but for reads of messages. */
  leave(): Promise<void>
  /** Ends every connection. */
  close(): void
}

/** Binds and serves; throws where it cannot. */
export const startServer = async (options: AdminServerOptions): Promise<AdminServer> => {
  const { config, place, services, clock, logger } = options
  const [directory = '.'] = config.logDirs
  const auth = createAuth((name) => services()?.cluster.image().accounts.get(name), clock)
  const counts = createPartitionCounts()
  const checkHost = createHostGuard(place.host, config.values['admin.hosts'])
  let admitted: Running | null = null
  const running = (): Running | null => (services() === null ? null : admitted)
  const shared = { ...options, auth, checkHost, counts, running }
  const server = await serveHttp({ ...place, answer: createAnswer(shared), stream: createStream(shared) })
  const url = `http://${place.host.includes(':') ? `[${place.host}]` : place.host}:${server.port}`
  let hasToken = false
  return {
    url,
    async admit(given) {
      const password = await ensureFirstAccount(given.cluster, config.values)
      admitted = watch(given, clock)
      try {
        writeToken(directory, { url, token: auth.token })
        hasToken = true
      } catch (thrown) {
        logger.warn({ why: messageOf(thrown) }, 'the command line has no token: it could not be written')
      }
      return password
    },
    async leave() {
      admitted?.rates.stop()
      admitted?.lag.stop()
      admitted?.traffic.stop()
      admitted?.fill.stop()
      await admitted?.threads.stop()
    },
    close() {
      server.close()
      // Another broker's would be there, where this one could not have the directory.
      if (hasToken) removeToken(directory)
    },
  }
}

/** Begins to keep the history of a broker that runs. */
const watch = (services: AdminServices, clock: Clock): Running => {
  const rates = watchRates(() => services.engine.stats(), clock)
  const tables: Tables = createTables(services, { secondsOf: (readings) => lag.secondsOf(readings) })
  const lag: LagHistory = watchLag(
    { readings: () => tables.readings(), recordTimes: (readings) => recordTimes(services.engine, readings) },
    clock,
  )
  const traffic = watchTraffic(
    {
      topics: () => [...services.cluster.image().topicsById.values()],
      ends: (topics) => tables.logsOf(topics),
      commits: () => tables.commits(),
    },
    clock,
  )
  const fill = watchFill(() => services.engine.rooms(), clock)
  return { services, tables, rates, lag, traffic, fill, threads: threadsWhenNeeded(services.engine.number) }
}

const recordTimes = async (
  { queries }: AdminServices['engine'],
  readings: Parameters<LagSource['recordTimes']>[0],
): ReturnType<LagSource['recordTimes']> => {
  const asked = readings.map(({ topic, partition, committed }) => ({ topicId: topic, partition, offset: committed }))
  const answers = await queries.recordTimes(asked)
  return answers.map(({ errorCode, timestamp }) => (errorCode !== 0 ? undefined : timestamp < 0 ? null : timestamp))
}
