// A program in front of which a person seems to sit: what it draws, and what is typed.
import { type IPty, spawn } from '@lydell/node-pty'
import { eventually } from './eventually.ts'
import { program } from './paths.ts'

const COLUMNS = 100
const ROWS = 30
const SHOWN_MS = 60_000

export interface Screen {
  /** All that was drawn so far. */
  readonly drawn: () => string
  readonly type: (text: string) => void
  /** Waits until it was drawn. */
  readonly shows: (text: string) => Promise<void>
  readonly ended: Promise<number>
  readonly kill: () => void
}

export const onScreen = (args: readonly string[], environment: Readonly<Record<string, string>>): Screen => {
  const terminal: IPty = spawn(process.execPath, [program, ...args], {
    cols: COLUMNS,
    rows: ROWS,
    env: { ...process.env, XDG_CONFIG_HOME: '/nonexistent', ...environment },
  })
  let drawn = ''
  terminal.onData((text) => (drawn += text))
  const ended = new Promise<number>((resolve) => {
    terminal.onExit(({ exitCode }) => resolve(exitCode))
  })
  return {
    drawn: () => drawn,
    type: (text) => terminal.write(text),
    shows: async (text) => {
      const found = (): true | undefined => (drawn.includes(text) ? true : undefined)
      await eventually(`the terminal shows ${text}: ${drawn}`, found, { timeoutMs: SHOWN_MS, intervalMs: 10 })
    },
    ended,
    kill: () => terminal.kill('SIGKILL'),
  }
}
