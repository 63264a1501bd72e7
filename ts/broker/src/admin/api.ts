/** The API in one function. Loaded at the first call of it: what a route is declared with takes a moment to load. */
import type { Caller } from './caller.ts'
import { failureResponse } from './failure.ts'
import { type HttpRequest, type HttpResponse, json } from './http.ts'
import { openApi } from './openapi.ts'
import { matchRoute, readInput } from './router.ts'
import { clusterRoutes } from './routes/cluster.ts'
import type { RouteContext } from './routes/context.ts'
import { groupRoutes } from './routes/groups.ts'
import type { RouteTable } from './routes/table.ts'
import { topicRoutes } from './routes/topics.ts'
import { createTables } from './tables.ts'

export const OPENAPI_PATH = '/api/openapi.json'

export interface Api {
  answer(request: HttpRequest): Promise<HttpResponse>
}

export const createApi = (given: Omit<RouteContext, 'tables'>): Api => {
  const context: RouteContext = { ...given, tables: createTables(given.services) }
  const table: RouteTable = { ...clusterRoutes(context), ...topicRoutes(context), ...groupRoutes(context) }
  const { logger, version } = context.services
  return {
    async answer(request) {
      try {
        if (request.path === OPENAPI_PATH) return json(200, openApi(version))
        const match = matchRoute(request.method, request.path)
        const input = readInput(match, request)
        const caller: Caller = { name: 'anonymous', role: 'admin', address: request.address }
        const handle = table[match.name] as (input: unknown, caller: Caller) => unknown
        return json(200, await handle(input, caller))
      } catch (thrown) {
        const response = failureResponse(thrown)
        if (response.status === 500)
          logger.error({ err: thrown, path: request.path }, 'a request of the admin API failed')
        return response
      }
    },
  }
}
