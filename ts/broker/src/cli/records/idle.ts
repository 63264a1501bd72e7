// Where records are waited for and none comes, a person may think that it hangs: they are told once, until the next one comes.
import { FIRST_MS } from '../progress.ts'
import type { Terminal } from '../terminal.ts'

export interface Idle {
  /** A record came. */
  came(): void
  end(): void
}

export const idleNote = (terminal: Terminal): Idle => {
  let isTold = false
  const timer = setTimeout(() => {
    isTold = true
    terminal.draw(['waiting for records; Ctrl-C ends'])
  }, FIRST_MS)
  return {
    came: () => {
      // A timer that has fired would begin anew.
      if (!isTold) timer.refresh()
    },
    end: () => {
      clearTimeout(timer)
      terminal.draw([])
    },
  }
}
