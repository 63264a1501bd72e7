// What a command waits for: drawn from the first second on where a person looks, told with `-v` once it is over.
import type { Waiting } from './client/client.ts'
import { EVERY_MS, FIRST_MS } from './progress.ts'
import type { Terminal } from './terminal.ts'

const MS_PER_SECOND = 1000

export const waitingOf =
  (terminal: Terminal, now: () => number = () => performance.now()): Waiting =>
  (what) => {
    const started = now()
    const look = (): void => {
      const ms = now() - started
      if (ms >= FIRST_MS) terminal.draw([`${what}: ${Math.floor(ms / MS_PER_SECOND)} s`])
    }
    const timer = setInterval(look, EVERY_MS).unref()
    return () => {
      clearInterval(timer)
      terminal.draw([])
      terminal.detail(`${what}: ${(now() - started).toFixed(1)} ms`)
    }
  }

/** Until `work` is over, whatever becomes of it. */
export const waiting = <T>(terminal: Terminal, what: string, work: Promise<T>): Promise<T> =>
  work.finally(waitingOf(terminal)(what))
