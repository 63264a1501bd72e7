// What a command may use of the process it runs in.
import { createInterface } from 'node:readline/promises'
import type { Readable } from 'node:stream'

export type Loudness = 'quiet' | 'usual' | 'verbose'

/** What whoever is asked answers: nobody where none is there, `left` after Ctrl-D, `interrupted` after Ctrl-C. */
export type Reply = { readonly text: string } | 'nobody' | 'left' | 'interrupted'

export interface Terminal {
  /** Data: a line on stdout. */
  print(text: string): void
  /** What went wrong, or may: a line on stderr. */
  complain(text: string): void
  /** What was done: a line on stderr, unless `--quiet`. */
  note(text: string): void
  /** How it was done: a line on stderr, with `-v`. */
  detail(text: string): void
  loudness(): Loudness
  /** Data as it is; resolves once the reader can take more. */
  write(bytes: string | Uint8Array): Promise<void>
  /**
   * Lines on stderr in place of those that were drawn before, as progress bars are; what is said next takes them away, and so does
   * drawing none. Cut to the screen. Nothing where nobody reads, or where data has begun a line.
   */
  draw(lines: readonly string[]): void
  /** Asks the person in front of it, on stderr. */
  ask(question: string): Promise<Reply>
  readonly input: Readable & { readonly isTTY?: boolean }
  readonly environment: Readonly<Record<string, string | undefined>>
  /** True where a person reads: log lines are then for people. */
  readonly interactive: boolean
  /** How wide it is; null where nobody says so, or the output goes into a file or a pipe. */
  columns(): number | null
}

/** How loud it is the command line decides. */
export type Unvoiced = Omit<Terminal, 'note' | 'detail' | 'loudness'>

/** What was written to the screen last is no whole line. */
let isLineBegun = false
/** Lines that are drawn, with the cursor in the last one. */
let drawn = 0

const LINE_FEED = 0x0a

const endsLine = (bytes: string | Uint8Array): boolean =>
  typeof bytes === 'string' ? bytes.endsWith('\n') : bytes.at(-1) === LINE_FEED

const canAsk = (): boolean => process.stdin.isTTY && process.stderr.isTTY

const ask = async (question: string): Promise<Reply> => {
  if (!canAsk()) return 'nobody'
  show('', 0)
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const interrupted = new Promise<Reply>((resolve) => lines.once('SIGINT', () => resolve('interrupted')))
  const answered = lines.question(question).then(
    (text): Reply => ({ text }),
    (): Reply => 'left',
  )
  const reply = await Promise.race([answered, interrupted])
  lines.close()
  // The question still waits on its line.
  if (typeof reply === 'string') process.stderr.write('\n')
  return reply
}

/** Of a terminal that does not say it. */
const SCREEN = { columns: 80, rows: 24 }

/** On stderr, in place of what was drawn. */
const show = (text: string, lines: number): void => {
  const erased = drawn > 1 ? `\u001B[${drawn - 1}A\r\u001B[J` : '\r\u001B[K'
  const shown = drawn === 0 ? text : erased + text
  drawn = lines
  if (shown !== '') process.stderr.write(shown)
}

const draw = (lines: readonly string[]): void => {
  if (!process.stderr.isTTY || isLineBegun) return
  const columns = process.stderr.columns || SCREEN.columns
  const rows = process.stderr.rows || SCREEN.rows
  // A line that is as wide as the screen may take two of it.
  const fitting = lines.slice(0, rows - 1).map((line) => line.slice(0, columns - 1))
  show(fitting.join('\n'), fitting.length)
}

/** Data stands where something was drawn. */
const makeRoom = (): void => {
  if (process.stdout.isTTY) show('', 0)
}

const complain = (text: string): void => show(`${text}\n`, 0)

export const processTerminal: Terminal = {
  print: (text) => {
    makeRoom()
    isLineBegun = false
    process.stdout.write(`${text}\n`)
  },
  complain,
  note: complain,
  detail: () => undefined,
  loudness: () => 'usual',
  write: async (bytes) => {
    makeRoom()
    if (bytes.length > 0) isLineBegun = process.stdout.isTTY && !endsLine(bytes)
    if (process.stdout.write(bytes)) return
    await new Promise((resolve) => process.stdout.once('drain', resolve))
  },
  draw,
  ask,
  input: process.stdin,
  environment: process.env,
  interactive: process.stdout.isTTY,
  // A terminal of none says nothing of its size.
  columns: () => (process.stdout.isTTY && process.stdout.columns > 0 ? process.stdout.columns : null),
}
