// What a command may use of the process it runs in.
import { createInterface } from 'node:readline/promises'
import type { Readable } from 'node:stream'

export type Loudness = 'quiet' | 'usual' | 'verbose'

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
  /** On stderr without a line of its own, as progress bars are; nothing where nobody reads, or where data has begun a line. */
  draw(text: string): void
  /** Asks the person in front of it, on stderr; null where there is none. */
  ask(question: string): Promise<string | null>
  readonly input: Readable & { readonly isTTY?: boolean }
  readonly environment: Readonly<Record<string, string | undefined>>
  /** True where a person reads: log lines are then for people. */
  readonly interactive: boolean
  /** How wide it is; null where the output goes into a file or a pipe. */
  columns(): number | null
}

/** How loud it is the command line decides. */
export type Unvoiced = Omit<Terminal, 'note' | 'detail' | 'loudness'>

/** What was written to the screen last is no whole line. */
let isLineBegun = false

const LINE_FEED = 0x0a

const endsLine = (bytes: string | Uint8Array): boolean =>
  typeof bytes === 'string' ? bytes.endsWith('\n') : bytes.at(-1) === LINE_FEED

const canAsk = (): boolean => process.stdin.isTTY && process.stderr.isTTY

const ask = async (question: string): Promise<string | null> => {
  if (!canAsk()) return null
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await lines.question(question)
  } catch {
    // Ctrl-D and Ctrl-C are no answer.
    return null
  } finally {
    lines.close()
  }
}

const complain = (text: string): void => void process.stderr.write(`${text}\n`)

export const processTerminal: Terminal = {
  print: (text) => {
    isLineBegun = false
    process.stdout.write(`${text}\n`)
  },
  complain,
  note: complain,
  detail: () => undefined,
  loudness: () => 'usual',
  write: async (bytes) => {
    if (bytes.length > 0) isLineBegun = process.stdout.isTTY && !endsLine(bytes)
    if (process.stdout.write(bytes)) return
    await new Promise((resolve) => process.stdout.once('drain', resolve))
  },
  draw: (text) => void (process.stderr.isTTY && !isLineBegun && process.stderr.write(text)),
  ask,
  input: process.stdin,
  environment: process.env,
  interactive: process.stdout.isTTY,
  columns: () => (process.stdout.isTTY ? process.stdout.columns : null),
}
