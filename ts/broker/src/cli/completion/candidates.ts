// What may stand next on a command line that is being typed: commands, options, their choices, and names that the cluster knows.
import type { Command, Option } from 'commander'

export type NameKind = 'topic' | 'group' | 'key' | 'profile' | 'resource'

/** What the line says so far: the values of its options. */
export type Given = Readonly<Record<string, string>>

/** Answers what there is of a kind; it may ask the cluster that the line names. */
export type Names = (kind: NameKind, given: Given) => Promise<readonly string[]>

/** Arguments and values of options, by how the help calls them, and what they name. */
const kinds: Readonly<Record<string, NameKind>> = {
  topic: 'topic',
  from: 'topic',
  group: 'group',
  key: 'key',
  '--profile': 'profile',
  '--topic': 'topic',
  '--group': 'group',
  '--set': 'key',
  '--unset': 'key',
  resource: 'resource',
}

/** `words` are those behind `millrace`; the last is what is being typed, and may be empty. */
export const candidates = async (
  program: Command,
  words: readonly string[],
  names: Names,
): Promise<readonly string[]> => {
  const typed = (words.at(-1) ?? '').trim()
  const { command, operands, pending, given } = walk(program, words.slice(0, -1))
  const namesGiven = (kind: NameKind): Promise<readonly string[]> => names(kind, given)
  const found =
    pending === null ? await inPlace(command, operands, typed, namesGiven) : await valuesOf(pending, namesGiven)
  return [...new Set(found)].filter((candidate) => candidate.startsWith(typed)).sort()
}

interface Place {
  readonly command: Command
  readonly operands: number
  /** The option whose value comes next. */
  readonly pending: Option | null
  readonly given: Given
}

type NamesHere = (kind: NameKind) => Promise<readonly string[]>

const walk = (program: Command, words: readonly string[]): Place => {
  let command = program
  let operands = 0
  let pending: Option | null = null
  const given: Record<string, string> = {}
  for (const word of words) {
    if (pending !== null) {
      given[pending.attributeName()] = word
      pending = null
    } else if (word.startsWith('-')) {
      const [flag, value] = word.split(/=(.*)/s)
      const option = command.options.find(({ short, long }) => flag === short || flag === long)
      if (option?.required !== true) continue
      if (value === undefined) pending = option
      else given[option.attributeName()] = value
    } else {
      const inner = command.commands.find((one) => one.name() === word)
      if (inner === undefined) operands += 1
      else command = inner
    }
  }
  return { command, operands, pending, given }
}

const valuesOf = async ({ long, argChoices }: Option, names: NamesHere): Promise<readonly string[]> => {
  if (argChoices !== undefined) return argChoices
  const kind = kinds[long ?? '']
  return kind === undefined ? [] : names(kind)
}

const inPlace = async (
  command: Command,
  operands: number,
  typed: string,
  names: NamesHere,
): Promise<readonly string[]> => {
  if (typed.startsWith('-'))
    return command.options
      .flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined))
      .concat('--help')
  const isFirst = operands === 0
  const inner = command.commands.map((one) => one.name()).filter((name) => isFirst && !HIDDEN.has(name))
  const declared = command.registeredArguments
  const argument = declared[operands] ?? (declared.at(-1)?.variadic === true ? declared.at(-1) : undefined)
  const kind = argument === undefined ? undefined : kinds[argument.name()]
  return [...inner, ...(argument?.argChoices ?? []), ...(kind === undefined ? [] : await names(kind))]
}

const HIDDEN: ReadonlySet<string> = new Set(['__complete'])
