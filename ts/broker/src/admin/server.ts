/** The admin server: health, metrics and version at once; the API and the console are loaded when they are first asked for. */
import { fileURLToPath } from 'node:url'
import type { Clock } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { AdminPlace } from '../configs/listeners.ts'
import type { BrokerConfig } from '../configs/start-up.ts'
import type { Api } from './api.ts'
import { type Assets, loadAssets } from './assets.ts'
import { type Auth, createAuth } from './auth.ts'
import { AdminError, failureResponse } from './failure.ts'
import { ensureFirstAccount } from './first-account.ts'
import { createHostGuard, securityHeaders } from './guard.ts'
import { health, type Health, liveness, readiness, startup } from './health.ts'
import { type HttpRequest, type HttpResponse, json, text } from './http.ts'
import { renderMetrics, type Running } from './metrics/metrics.ts'
import type { AdminServices } from './services.ts'
import type { BrokerStatus } from './status.ts'
import { createTables, type Tables } from './tables.ts'
import { removeToken, writeToken } from './token-file.ts'
import { serveHttp } from './uws.ts'
import { createPartitionCounts, readVitals } from './vitals.ts'

/** Where the console lies once it is built. */
const CONSOLE = fileURLToPath(new URL('../../../admin-ui/dist', import.meta.url))
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'
const UNAVAILABLE = 503

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
  /** Lets people and programs in, once the broker runs: an account for the first start, a token for this one. */
  admit(services: AdminServices): Promise<void>
  /** Ends every connection. */
  close(): void
}

/** Binds and serves; throws where it cannot. */
export const startServer = async (options: AdminServerOptions): Promise<AdminServer> => {
  const { config, place, services, clock, logger } = options
  const [directory = '.'] = config.logDirs
  const auth = createAuth((name) => services()?.cluster.image().accounts.get(name), clock)
  const server = await serveHttp({ ...place, answer: createAnswer(options, auth) })
  const url = `http://${place.host.includes(':') ? `[${place.host}]` : place.host}:${server.port}`
  let hasToken = false
  return {
    url,
    async admit({ cluster }) {
      await ensureFirstAccount(cluster, config.values, logger)
      try {
        writeToken(directory, { url, token: auth.token })
        hasToken = true
      } catch (thrown) {
        logger.warn({ why: messageOf(thrown) }, 'the command line has no token: it could not be written')
      }
    },
    close() {
      server.close()
      // Another broker's would be there, where this one could not have the directory.
      if (hasToken) removeToken(directory)
    },
  }
}

const createAnswer = (options: AdminServerOptions, auth: Auth): ((request: HttpRequest) => Promise<HttpResponse>) => {
  const { logger, status, services, version } = options
  const checkHost = createHostGuard(options.place.host, options.config.values['admin.hosts'])
  const counts = createPartitionCounts()
  const vitals = () => {
    const running = services()
    return running === null ? null : readVitals(running, counts)
  }
  let tables: Tables | undefined
  const running = () => {
    const given = services()
    if (given === null) return null
    tables ??= createTables(given)
    return { services: given, tables }
  }
  let assets: Assets | undefined
  let api: Promise<Api> | undefined

  const loadApi = async (given: Running): Promise<Api> => {
    const { createApi } = await import('./api.ts')
    return createApi({ ...given, auth, counts, state: () => status().state })
  }

  const known: Readonly<Record<string, () => HttpResponse | Promise<HttpResponse>>> = {
    '/livez': () => healthResponse(liveness(status())),
    '/startupz': () => healthResponse(startup(status())),
    '/readyz': () => healthResponse(readiness(status(), vitals())),
    '/healthz': () => healthResponse(health(status(), vitals())),
    // As probes of Strimzi ask.
    '/v1/ready': () => ({ ...text(readiness(status(), vitals()).ok ? 204 : UNAVAILABLE, ''), headers: {} }),
    '/version': () => json(200, { version }),
    '/metrics': async () => text(200, await renderMetrics(status(), running()), METRICS_TYPE),
  }

  const route = async (request: HttpRequest): Promise<HttpResponse> => {
    const { path, method, headers } = request
    // Probes and Prometheus come under any name; there is nothing in their answers to protect.
    if (known[path] === undefined) checkHost(headers)
    if (path.startsWith('/api/')) {
      const given = running()
      if (given === null) throw new AdminError('NOT_READY', `The broker is ${status().state}.`)
      api ??= loadApi(given)
      return (await api).answer(request)
    }
    const answer = known[path]
    if (method !== 'GET') throw new AdminError('WRONG_METHOD', 'This path takes GET.', { allow: 'GET' })
    if (answer !== undefined) return answer()
    assets ??= loadAssets(CONSOLE)
    const found = assets.serve(path, headers)
    if (found === null) throw new AdminError('NO_SUCH_ROUTE', 'There is nothing at this path.')
    return found
  }

  const answer = async (request: HttpRequest): Promise<HttpResponse> => {
    try {
      return await route(request)
    } catch (thrown) {
      if (!(thrown instanceof AdminError))
        logger.error({ err: thrown, path: request.path }, 'a request was not answered')
      return failureResponse(thrown)
    }
  }

  return async (request) => {
    const response = await answer(request)
    return { ...response, headers: { ...securityHeaders, ...response.headers } }
  }
}

const healthResponse = (told: Health): HttpResponse => json(told.ok ? 200 : UNAVAILABLE, told)
