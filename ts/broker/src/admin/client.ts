/** Calls of the admin API, typed by the contract: for the console, the command line and tests. Needs nothing but `fetch`. */
import { contract, type Input, type Output, type RouteName } from './contract.ts'
import { type Failure, failure, type Method, pathNames } from './contract/words.ts'

export interface ClientOptions {
  /** Without a slash at the end; empty in the console, which is served by the broker itself. */
  readonly base: string
  /** Sent with each call: a token, or what proves that a call is the console's own. */
  readonly headers?: Readonly<Record<string, string>>
  readonly fetch?: typeof globalThis.fetch
  /** Compares each answer with the contract, for tests. */
  readonly checked?: boolean
}

/** What the broker refused, with its code and its hint. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** Of HTTP. */
  readonly status: number
  readonly code: string
  readonly hint: string
  /** The id of the request, for the log of the broker. */
  readonly request: string

  constructor(status: number, { code, message, hint, request }: Failure) {
    super(message)
    this.status = status
    this.code = code
    this.hint = hint
    this.request = request
  }
}

export type Call = <Name extends RouteName>(name: Name, input: Input<Name>) => Promise<Output<Name>>

export const createClient = ({
  base,
  headers = {},
  fetch = globalThis.fetch,
  checked = false,
}: ClientOptions): Call => {
  return async <Name extends RouteName>(name: Name, input: Input<Name>): Promise<Output<Name>> => {
    const { path, ...request } = requestOf(name, input)
    const response = await fetch(`${base}${path}`, { ...request, headers: { ...headers, ...request.headers } })
    const answer = await readAnswer(response)
    if (!response.ok) throw new ApiError(response.status, refusalIn(answer, response.status))
    return (checked ? contract[name].output.parse(answer) : answer) as Output<Name>
  }
}

/** What a call sends, whoever sends it: all but the address of the broker and who calls. */
export interface ApiRequest {
  readonly method: Method
  /** With the query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** JSON. */
  readonly body?: string
}

export const requestOf = <Name extends RouteName>(name: Name, input: Input<Name>): ApiRequest => {
  const { method, path } = contract[name]
  const given: Readonly<Record<string, unknown>> = input
  const inPath = new Set(pathNames(path))
  const rest = Object.entries(given).filter(([field, value]) => !inPath.has(field) && value !== undefined)
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, field: string) => encodeURIComponent(String(given[field])))
  if (method !== 'GET') {
    const headers = { 'content-type': 'application/json' }
    return { method, path: filled, headers, body: JSON.stringify(Object.fromEntries(rest)) }
  }
  const query = new URLSearchParams(rest.map(([field, value]): [string, string] => [field, String(value)])).toString()
  return { method, path: query === '' ? filled : `${filled}?${query}`, headers: {} }
}

const readAnswer = async (response: Response): Promise<unknown> => {
  const text = await response.text()
  try {
    return text === '' ? null : JSON.parse(text)
  } catch {
    return text
  }
}

const refusalIn = (answer: unknown, status: number): Failure => {
  const read = failure.safeParse(answer)
  if (read.success) return read.data
  return { code: 'UNKNOWN', message: `The answer was ${status}.`, hint: 'Is this a broker?', request: '' }
}
