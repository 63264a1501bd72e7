// What may stand next on a command line that is being typed: commands, options, their choices, and names that the cluster knows.
import type { Command, Option } from 'commander'

export type NameKind = 'topic' | 'group' | 'key' | 'profile' | 'resource'

/** Answers what there is of a kind; it may ask a cluster. */
export type Names = (kind: NameKind) => Promise<readonly string[]>

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
  const typed = words.at(-1) ?? ''
  const { command, operands, pending } = walk(program, words.slice(0, -1))
  const found = pending === null ? await inPlace(command, operands, typed, names) : await valuesOf(pending, names)
  return [...new Set(found)].filter((candidate) => candidate.startsWith(typed)).sort()
}

interface Place {
  readonly command: Command
  readonly operands: number
  /** The option whose value comes next. */
  readonly pending: Option | null
}

const walk = (program: Command, words: readonly string[]): Place => {
  let command = program
  let operands = 0
  let pending: Option | null = null
  for (const word of words) {
    if (pending !== null) pending = null
    else if (word.startsWith('-')) {
      const option = command.options.find(({ short, long }) => word === short || word === long)
      pending = option !== undefined && option.required ? option : null
    } else {
      const inner = command.commands.find((one) => one.name() === word)
      if (inner === undefined) operands += 1
      else command = inner
    }
  }
  return { command, operands, pending }
}

const valuesOf = async ({ long, argChoices }: Option, names: Names): Promise<readonly string[]> => {
  if (argChoices !== undefined) return argChoices
  const kind = kinds[long ?? '']
  return kind === undefined ? [] : names(kind)
}

const inPlace = async (command: Command, operands: number, typed: string, names: Names): Promise<readonly string[]> => {
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
