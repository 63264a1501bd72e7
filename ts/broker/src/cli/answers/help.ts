// The shape of an answer at the end of the help of its command.
import type { Command } from 'commander'
import { answers } from './answers.ts'
import type { Shape } from './shape.ts'

/** At the end of the help of every command that has one. */
export const declareAnswers = (program: Command): void => {
  program.addHelpText('afterAll', ({ command }) => answerHelp(command))
}

/** `topic list` */
export const pathOf = (command: Command): string => {
  const { parent } = command
  if (parent === null) return ''
  return [pathOf(parent), command.name()].filter((name) => name !== '').join(' ')
}

const answerHelp = (command: Command): string => {
  const shape = answers[pathOf(command)]
  if (shape === undefined) return ''
  const output = command.options.find(({ long }) => long === '--output')
  const title = `Answer (${output?.short ?? '--output'} json, see millrace help output):`
  return ['', title, ...indented(answerLines(shape))].join('\n')
}

export const answerLines = (shape: Shape): readonly string[] => {
  const { head, body } = drawn(shape)
  return head === '' ? body : [head, ...indented(body)]
}

interface Drawn {
  /** Beside the name. */
  readonly head: string
  /** Below it. */
  readonly body: readonly string[]
}

const drawn = (shape: Shape): Drawn => {
  if (typeof shape === 'string') return { head: shape, body: [] }
  if ('oneOf' in shape) return { head: alternatives(shape.oneOf), body: [] }
  if ('fields' in shape) return { head: '', body: fieldLines(shape.fields) }
  if ('list' in shape) return behind('list of', shape.list)
  if ('by' in shape) return behind(`by ${shape.by}:`, shape.each)
  if ('pair' in shape) return { head: `[${shape.pair.join('; ')}]`, body: [] }
  if ('cases' in shape) return { head: '', body: Object.entries(shape.cases).flatMap(caseLines) }
  const { head, body } = drawn(shape.orNull)
  if (body.length === 0) return { head: `${head}, or null ${shape.why}`, body }
  return { head: `null ${shape.why}, or ${head}`.trimEnd(), body }
}

const behind = (before: string, shape: Shape): Drawn => {
  const { head, body } = drawn(shape)
  return { head: `${before} ${head}`.trimEnd(), body }
}

const fieldLines = (fields: Readonly<Record<string, Shape>>): readonly string[] => {
  const width = Math.max(...Object.keys(fields).map((name) => name.length))
  return Object.entries(fields).flatMap(([name, shape]) => {
    const { head, body } = drawn(shape)
    return [`${name.padEnd(width)}  ${head}`.trimEnd(), ...indented(body)]
  })
}

const caseLines = ([title, shape]: readonly [string, Shape]): readonly string[] => {
  const { head, body } = behind(`${title}:`, shape)
  return [head, ...indented(body)]
}

const alternatives = (words: readonly string[]): string => {
  const quoted = words.map((word) => `"${word}"`)
  return `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`
}

const indented = (lines: readonly string[]): readonly string[] => lines.map((line) => `  ${line}`)
