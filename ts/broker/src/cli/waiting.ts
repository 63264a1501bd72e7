// What a command waits for: told with `-v`, with how long it took.
import type { Waiting } from './client/client.ts'
import type { Terminal } from './terminal.ts'

export const waitingOf =
  (terminal: Terminal, now: () => number = () => performance.now()): Waiting =>
  (what) => {
    const started = now()
    return () => terminal.detail(`${what}: ${(now() - started).toFixed(1)} ms`)
  }
