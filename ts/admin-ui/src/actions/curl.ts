/** A request of the admin API as a line of `curl`: what the console sends, with a token in place of its session. */
import { requestOf } from 'millrace/admin/client.js'
import { contract, type Input, type RouteName } from 'millrace/admin/contract.js'
import { quoted, withInput } from './command.ts'

/** Variables of whoever runs a line. */
export const TOKEN = 'MILLRACE_TOKEN'
/** Run where the broker was started, with its own directory in the place of `data`. */
export const TOKEN_LINE = `${TOKEN}=$(jq -r .token data/admin.token)`
const variableOf = (field: string): string => `MILLRACE_${field.toUpperCase()}`

/** What one word of a line may hold is bounded; a character takes up to three bytes. */
const WORD_CHARACTERS_MAX = 40_000

/** What stands for a secret in a body: no text of ours, and nothing that JSON would write otherwise. */
const marked = (field: string): string => `\u{E000}${field}\u{E000}`
const MARK = /\u{E000}(\w+)\u{E000}/u

export interface CurlLine {
  readonly line: string
  /** Variables that hold the rest of what is secret. */
  readonly secrets: readonly string[]
}

export const curlOf = <Name extends RouteName>(origin: string, route: Name, input: Input<Name>): CurlLine => {
  const { secret = [] }: { readonly secret?: readonly string[] } = contract[route]
  const fields = secret.filter((field) => field in input)
  const shown = { ...input, ...Object.fromEntries(fields.map((field) => [field, marked(field)])) }
  const { method, path, headers, body = '' } = requestOf(route, shown)
  const isLong = fields.length === 0 && body.length > WORD_CHARACTERS_MAX
  const data = isLong ? '@-' : fields.length === 0 ? quoted(body) : withVariables(body)
  const words = [
    'curl',
    ...['--oauth2-bearer', `"$${TOKEN}"`],
    ...(method === 'GET' ? [] : ['--request', method]),
    ...Object.entries(headers).flatMap(([name, value]) => ['--header', quoted(`${name}: ${value}`)]),
    ...(body === '' ? [] : ['--data', data]),
    quoted(`${origin}${path}`),
  ]
  const line = words.join(' ')
  return { line: isLong ? withInput(line, [body]) : line, secrets: fields.map(variableOf) }
}

/** A word for a shell, which puts the secrets in. */
const withVariables = (body: string): string =>
  body
    .split(MARK)
    .map((part, at) => (at % 2 === 0 ? quoted(part) : `"$${variableOf(part)}"`))
    .join('')
