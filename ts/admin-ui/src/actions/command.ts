/** A line of the command line that does what a window would do. */
import { useQuery } from '@tanstack/react-query'
import { brokersQuery } from '../api.ts'

export interface Command {
  /** `topic create`. */
  readonly words: string
  /** Each with its value, if it has one. */
  readonly options?: readonly (readonly string[])[]
  readonly names: readonly string[]
}

/** Where it looks without being told. */
const DEFAULT_BOOTSTRAP = /^(localhost|127\.0\.0\.1):9092$/

/** Makes lines that go to the brokers of this console. */
export const useCommand = (): ((command: Command) => string) => {
  const endpoint = useQuery(brokersQuery).data?.items[0]?.endpoints[0]
  const address = endpoint === undefined ? '' : `${endpoint.host}:${endpoint.port}`
  const where = address === '' || DEFAULT_BOOTSTRAP.test(address) ? [] : [['--bootstrap', address]]
  return (command) => commandLine({ ...command, options: [...(command.options ?? []), ...where] })
}

export const commandLine = ({ words, options = [], names }: Command): string => {
  // A name that begins like an option is none.
  const end = names.some((name) => name.startsWith('-')) ? ['--'] : []
  return ['millrace', words, ...[...options.flat(), ...end, ...names].map(quoted)].join(' ')
}

/** As a shell reads it back. */
export const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`

/** What a command reads from its standard input. */
export const withInput = (command: string, lines: readonly string[]): string =>
  [`${command} <<'END'`, ...lines, 'END'].join('\n')
