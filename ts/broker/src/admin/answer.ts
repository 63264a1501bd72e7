/** Health, metrics and version at once; the API and the console are loaded when they are first asked for. */
import { fileURLToPath } from 'node:url'
import { messageOf } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { Api } from './api.ts'
import { type Assets, loadAssets } from './assets.ts'
import type { Auth } from './auth.ts'
import { AdminError, DEFECT, failureResponse } from './failure.ts'
import { type HostGuard, securityHeaders } from './guard.ts'
import { health, type Health, liveness, readiness, startup } from './health.ts'
import { type HttpRequest, type HttpResponse, json, text } from './http.ts'
import type { Running } from './live.ts'
import { renderMetrics } from './metrics/metrics.ts'
import type { BrokerStatus } from './status.ts'
import { type PartitionCounter, readVitals } from './vitals.ts'

/** Where the console lies once it is built; from `src/admin` and from `dist/admin` alike. */
const CONSOLE = fileURLToPath(new URL('../../dist/console', import.meta.url))
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'
const UNAVAILABLE = 503

export interface AnswerOptions {
  readonly version: string
  readonly logger: Logger
  readonly auth: Auth
  readonly checkHost: HostGuard
  readonly counts: PartitionCounter
  readonly status: () => BrokerStatus
  /** Null while the broker starts and stops. */
  readonly running: () => Running | null
}

export const createAnswer = (options: AnswerOptions): ((request: HttpRequest) => Promise<HttpResponse>) => {
  const { logger, version, auth, checkHost, counts, status, running } = options
  const vitals = () => {
    const given = running()
    return given === null ? null : readVitals(given.services, counts)
  }
  let assets: Promise<Assets> | undefined
  let api: Promise<Api> | undefined

  const loadApi = async (given: Running): Promise<Api> => {
    const { createApi } = await import('./api.ts')
    return createApi({ ...given, auth, counts, status })
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
    const found = (await assets).serve(path, headers)
    if (found === null) throw new AdminError('NO_SUCH_ROUTE', 'There is nothing at this path.')
    return found
  }

  const answer = async (request: HttpRequest): Promise<HttpResponse> => {
    try {
      return await route(request)
    } catch (thrown) {
      const { id, path } = request
      const response = failureResponse(thrown, id)
      if (response.status === DEFECT) logger.error({ request: id, path, err: thrown }, 'a request failed')
      else logger.debug({ request: id, path, why: messageOf(thrown) }, 'a request was refused')
      return response
    }
  }

  return async (request) => {
    const response = await answer(request)
    return { ...response, headers: { ...securityHeaders, ...response.headers } }
  }
}

const healthResponse = (told: Health): HttpResponse => json(told.ok ? 200 : UNAVAILABLE, told)
