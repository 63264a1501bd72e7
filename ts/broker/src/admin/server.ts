/** The admin server: health, metrics and version at once; the API and the console are loaded when they are first asked for. */
import { fileURLToPath } from 'node:url'
import type { Logger } from '../base/logger.ts'
import type { Api } from './api.ts'
import { type Assets, loadAssets } from './assets.ts'
import { AdminError, failureResponse } from './failure.ts'
import { health, type Health, liveness, readiness, startup } from './health.ts'
import { type HttpRequest, type HttpResponse, json, text } from './http.ts'
import { renderMetrics } from './metrics/metrics.ts'
import type { AdminServices } from './services.ts'
import type { BrokerStatus } from './status.ts'
import { type HttpServer, serveHttp } from './uws.ts'
import { createPartitionCounts, readVitals } from './vitals.ts'

/** Where the console lies once it is built. */
const CONSOLE = fileURLToPath(new URL('../../../admin-ui/dist', import.meta.url))
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'
const UNAVAILABLE = 503

export interface AdminServerOptions {
  readonly host: string
  readonly port: number
  readonly version: string
  readonly logger: Logger
  readonly status: () => BrokerStatus
  /** Null while the broker starts. */
  readonly services: () => AdminServices | null
}

/** Binds and serves; throws where it cannot. */
export const startServer = (options: AdminServerOptions): Promise<HttpServer> => {
  const answer = createAnswer(options)
  return serveHttp({ host: options.host, port: options.port, answer })
}

const createAnswer = (options: AdminServerOptions): ((request: HttpRequest) => Promise<HttpResponse>) => {
  const { logger, status, services, version } = options
  const counts = createPartitionCounts()
  const vitals = () => {
    const running = services()
    return running === null ? null : readVitals(running, counts)
  }
  let assets: Assets | undefined
  let api: Promise<Api> | undefined

  const loadApi = async (running: AdminServices): Promise<Api> => {
    const { createApi } = await import('./api.ts')
    return createApi({ services: running, counts, state: () => status().state })
  }

  const known: Readonly<Record<string, () => HttpResponse | Promise<HttpResponse>>> = {
    '/livez': () => healthResponse(liveness(status())),
    '/startupz': () => healthResponse(startup(status())),
    '/readyz': () => healthResponse(readiness(status(), vitals())),
    '/healthz': () => healthResponse(health(status(), vitals())),
    // As probes of Strimzi ask.
    '/v1/ready': () => ({ ...text(readiness(status(), vitals()).ok ? 204 : UNAVAILABLE, ''), headers: {} }),
    '/version': () => json(200, { version }),
    '/metrics': async () => text(200, await renderMetrics(status(), services()), METRICS_TYPE),
  }

  const route = async (request: HttpRequest): Promise<HttpResponse> => {
    const { path, method, headers } = request
    if (path.startsWith('/api/')) {
      const running = services()
      if (running === null) throw new AdminError('NOT_READY', `The broker is ${status().state}.`)
      api ??= loadApi(running)
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

  return async (request) => {
    try {
      return await route(request)
    } catch (thrown) {
      if (!(thrown instanceof AdminError))
        logger.error({ err: thrown, path: request.path }, 'a request was not answered')
      return failureResponse(thrown)
    }
  }
}

const healthResponse = (told: Health): HttpResponse => json(told.ok ? 200 : UNAVAILABLE, told)
