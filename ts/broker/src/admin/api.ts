/** The API in one function. Loaded at the first call of it: what a route is declared with takes a moment to load. */
import { checkCsrf, cookieName, sessionCookie } from './auth.ts'
import { mayActAs } from './contract/roles.ts'
import type { Route } from './contract/words.ts'
import { Download } from './download.ts'
import type { Caller, Exchange } from './exchange.ts'
import { AdminError } from './failure.ts'
import { checkOrigin } from './guard.ts'
import { type Headers, type HttpRequest, type HttpResponse, json } from './http.ts'
import { openApi } from './openapi.ts'
import { matchRoute, readInput } from './router.ts'
import { activityRoutes } from './routes/activity.ts'
import { clusterRoutes } from './routes/cluster.ts'
import type { RouteContext } from './routes/context.ts'
import { filterRoutes } from './routes/filters.ts'
import { groupChanges } from './routes/group-changes.ts'
import { groupRoutes } from './routes/groups.ts'
import { messageChanges } from './routes/message-changes.ts'
import { messageRoutes } from './routes/messages.ts'
import { sessionRoutes } from './routes/session.ts'
import type { RouteTable } from './routes/table.ts'
import { topicChanges } from './routes/topic-changes.ts'
import { topicRoutes } from './routes/topics.ts'

const OPENAPI_PATH = '/api/openapi.json'

export interface Api {
  /** Throws what goes wrong. */
  answer(request: HttpRequest): Promise<HttpResponse>
}

export const createApi = (context: RouteContext): Api => {
  const table: RouteTable = {
    ...sessionRoutes(context),
    ...clusterRoutes(context),
    ...topicRoutes(context),
    ...topicChanges(context),
    ...messageRoutes(context),
    ...messageChanges(context),
    ...filterRoutes(context),
    ...groupRoutes(context),
    ...groupChanges(context),
    ...activityRoutes(context),
  }
  const { auth, services } = context

  const handle = async (request: HttpRequest): Promise<HttpResponse> => {
    if (request.path === OPENAPI_PATH) return json(200, openApi(services.version, cookieName(request.headers)))
    const match = matchRoute(request.method, request.path)
    const caller = auth.identify(request.headers)
    checkMayCall(match.route, caller, request, services.readOnly)
    const headers: Record<string, string> = {}
    const exchange: Exchange = {
      caller,
      address: request.address,
      setSession: (id) => {
        headers['set-cookie'] = sessionCookie(id, request.headers)
      },
    }
    const answer = table[match.name] as (input: unknown, exchange: Exchange) => unknown
    const answered = await answer(readInput(match, request), exchange)
    return answered instanceof Download ? answered.response() : json(200, answered, headers)
  }

  return { answer: handle }
}

/** Throws what stands against it: nobody, not this one, not from there, not here. */
const checkMayCall = (route: Route, caller: Caller | null, request: HttpRequest, readOnly: boolean): void => {
  if (route.role !== 'anyone') {
    if (caller === null) throw new AdminError('NOT_LOGGED_IN', 'This takes a login.', unauthenticated)
    if (!mayActAs(caller.role, route.role)) {
      throw new AdminError('NOT_ALLOWED', `This takes the role ${route.role}; ${caller.name} is ${caller.role}.`)
    }
  }
  if (route.method === 'GET') return
  checkOrigin(request)
  if (caller !== null) checkCsrf(caller, request.headers)
  if (readOnly && route.role !== 'anyone' && route.reads !== true)
    throw new AdminError('READ_ONLY', 'The admin API of this broker only reads.')
}

/** A browser is not to ask for a password by itself. */
const unauthenticated: Headers = { 'www-authenticate': 'Bearer' }
