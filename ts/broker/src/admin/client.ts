/** Calls of the admin API, typed by the contract: for the console, the command line and tests. Needs nothing but `fetch`. */
import { contract, type Input, type Output, type RouteName } from './contract.ts'
import { type Failure, failure, pathNames } from './contract/words.ts'

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
    const { method, output } = contract[name]
    const { url, rest } = locate(contract[name].path, method === 'GET', input)
    const body = method === 'GET' ? {} : { body: JSON.stringify(rest) }
    const type = method === 'GET' ? {} : { 'content-type': 'application/json' }
    const response = await fetch(`${base}${url}`, { method, headers: { ...headers, ...type }, ...body })
    const answer = await readAnswer(response)
    if (!response.ok) throw new ApiError(response.status, refusalIn(answer, response.status))
    return (checked ? output.parse(answer) : answer) as Output<Name>
  }
}

/** Where a GET is, for a link. */
export const addressOf = <Name extends RouteName>(name: Name, input: Input<Name>): string =>
  locate(contract[name].path, true, input).url

const locate = (path: string, isGet: boolean, input: Readonly<Record<string, unknown>>) => {
  const inPath = new Set(pathNames(path))
  const rest = Object.fromEntries(
    Object.entries(input).filter(([name, value]) => !inPath.has(name) && value !== undefined),
  )
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(input[name])))
  const texts = Object.entries(rest).map(([name, value]): [string, string] => [name, String(value)])
  const query = new URLSearchParams(texts).toString()
  return { url: isGet && query !== '' ? `${filled}?${query}` : filled, rest }
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
