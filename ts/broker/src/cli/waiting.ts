// What a command waits for: drawn from the first second on where a person looks, told with `-v` once it is over.
import type { Waiting } from './client/client.ts'
import { CLEAR_LINE, EVERY_MS, FIRST_MS } from './progress.ts'
import type { Terminal } from './terminal.ts'

const MS_PER_SECOND = 1000

export const waitingOf =
  (terminal: Terminal, now: () => number = () => performance.now()): Waiting =>
  (what) => {
    const started = now()
    let drawn = false
    const look = (): void => {
      const ms = now() - started
      if (ms < FIRST_MS) return
      drawn = true
      terminal.draw(`${CLEAR_LINE}${what}: ${Math.floor(ms / MS_PER_SECOND)} s`)
    }
    const timer = setInterval(look, EVERY_MS).unref()
    return () => {
      clearInterval(timer)
      if (drawn) terminal.draw(CLEAR_LINE)
      terminal.detail(`${what}: ${(now() - started).toFixed(1)} ms`)
    }
  }

/** Until `work` is over, whatever becomes of it. */
export const waiting = <T>(terminal: Terminal, what: string, work: Promise<T>): Promise<T> =>
  work.finally(waitingOf(terminal)(what))
