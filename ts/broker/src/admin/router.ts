/** Path and method to route, and what was sent to what the route takes. */
import type { z } from 'zod'
import { contract, type RouteName } from './contract.ts'
import { pathNames, type Route } from './contract/words.ts'
import { AdminError } from './failure.ts'
import type { HttpRequest } from './http.ts'

export interface Match {
  readonly name: RouteName
  readonly route: Route
  readonly inPath: Readonly<Record<string, string>>
}

interface Entry {
  readonly name: RouteName
  readonly route: Route
  readonly segments: readonly string[]
  readonly names: readonly string[]
}

const entries: readonly Entry[] = Object.entries(contract).map(([name, route]) => ({
  name: name as RouteName,
  route: route as unknown as Route,
  segments: route.path.split('/'),
  names: pathNames(route.path),
}))

/** Throws NO_SUCH_ROUTE and WRONG_METHOD. */
export const matchRoute = (method: string, path: string): Match => {
  const segments = path.split('/')
  const here = entries.filter((entry) => fits(entry.segments, segments))
  if (here.length === 0) throw new AdminError('NO_SUCH_ROUTE', 'There is nothing at this path.')
  const found = here.find(({ route }) => route.method === method)
  if (found === undefined) {
    const allow = here.map(({ route }) => route.method).join(', ')
    throw new AdminError('WRONG_METHOD', `This path takes ${allow}.`, { allow })
  }
  const values = segments.filter((_, at) => isName(found.segments[at] ?? '')).map(decoded)
  return { ...found, inPath: Object.fromEntries(found.names.map((name, at) => [name, values[at] ?? ''])) }
}

const isName = (segment: string): boolean => segment.startsWith('{')

const fits = (pattern: readonly string[], segments: readonly string[]): boolean =>
  pattern.length === segments.length &&
  pattern.every((part, at) => (isName(part) ? segments[at] !== '' : part === segments[at]))

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new AdminError('INVALID_INPUT', 'The path is not encoded as addresses are.')
  }
}

/** Throws INVALID_INPUT, NOT_JSON. */
export const readInput = ({ route, inPath }: Match, request: HttpRequest): unknown => {
  const given = route.method === 'GET' ? fromQuery(request.query) : fromBody(request)
  const read = route.input.strict().safeParse({ ...given, ...inPath })
  if (read.success) return read.data
  throw new AdminError('INVALID_INPUT', read.error.issues.map(problem).join('; '))
}

const problem = ({ path, message }: z.core.$ZodIssue): string =>
  path.length === 0 ? message : `${path.join('.')}: ${message}`

/** Of a name that is there twice the last counts. */
const fromQuery = (query: string): Readonly<Record<string, string>> => Object.fromEntries(new URLSearchParams(query))

const fromBody = ({ headers, body }: HttpRequest): Readonly<Record<string, unknown>> => {
  if (body.length === 0) return {}
  const type = headers['content-type'] ?? ''
  if (!/^application\/json\s*(;|$)/i.test(type)) throw new AdminError('NOT_JSON', `The body is ${type || 'untyped'}.`)
  const value = parsed(body)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new AdminError('INVALID_INPUT', 'The body is not an object.')
}

const parsed = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString())
  } catch {
    throw new AdminError('INVALID_INPUT', 'The body is not JSON.')
  }
}
