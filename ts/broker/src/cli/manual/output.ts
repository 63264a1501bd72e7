// `millrace help output`: the forms of an answer, and the words in which its shape is told.
import { words } from '../answers/shape.ts'
import { exitCode } from '../exit-codes.ts'
import type { OutputFormat } from '../output/view.ts'
import type { Terminal } from '../terminal.ts'

const forms: Readonly<Record<OutputFormat, string>> = {
  table:
    'for people, as wide as the terminal, sizes in KiB and so on; what a command says in sentences stays sentences',
  wide: 'the same with more columns',
  json: 'one value',
  ndjson: 'the same value: of a list a line for each element, of any other one line',
  yaml: 'the same value',
  csv: 'the columns of wide under their titles; null is empty',
  name: 'names alone, a line each',
}

export const outputHelp = (terminal: Terminal): number => {
  terminal.print(`Forms of an answer (-o, where that is the offset --output):
${pairs(forms)}

What json, ndjson and yaml have in them stands at the end of the help of each command. A field that stands there is always
there; what is not known, or not set, is null. Later versions may have more fields, so pass over those that you do not know.
With --watch one value follows the other. A command that fails says why on stderr, and by its exit code (millrace help exit-codes).

Words in these shapes:
${pairs({ ...words, 'list of': '[...]', 'by key': '{...} with names that are not known beforehand' })}`)
  return exitCode('ok')
}

/** Of the longest word. */
const WIDTH = 23

const pairs = (of: Readonly<Record<string, string>>): string =>
  Object.entries(of)
    .map(([name, what]) => `  ${name.padEnd(WIDTH)}  ${what}`)
    .join('\n')
