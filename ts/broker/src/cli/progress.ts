// How far a long step is, on stderr and only where a person looks: nothing is drawn for the first second.
import { counted, type Noun } from './nouns.ts'
import type { Terminal } from './terminal.ts'

export interface Progress {
  /** So much is done; `total` where it is known. `more` is what else there is to say, `below` has lines of their own. */
  at(done: number, total?: number, more?: string, below?: () => readonly string[]): void
  /** Takes away what was drawn. */
  end(): void
}

export const FIRST_MS = 1000
export const EVERY_MS = 200
const BAR_WIDTH = 24
const MS_PER_SECOND = 1000

export const progressOf = (terminal: Terminal, unit: Noun, now: () => number = () => performance.now()): Progress => {
  const started = now()
  let due = started + FIRST_MS
  return {
    at: (done, total, more, below = () => []) => {
      const time = now()
      if (time < due) return
      due = time + EVERY_MS
      terminal.draw([progressLine(done, total, (time - started) / MS_PER_SECOND, unit, more), ...below()])
    },
    end: () => terminal.draw([]),
  }
}

export const progressLine = (
  done: number,
  total: number | undefined,
  seconds: number,
  unit: Noun,
  more?: string,
): string => {
  const rate = done / seconds
  const speed = `${counted(Math.round(rate), unit)}/s`
  const rest = more === undefined ? '' : `, ${more}`
  if (total === undefined || total === 0) return `${counted(done, unit)}, ${speed}${rest}`
  const left = rate > 0 ? `, ${Math.ceil((total - done) / rate)} s left` : ''
  return `${bar(done / total)}  ${speed}${left}${rest}`
}

/** Of a part of one. */
export const bar = (part: number): string => {
  const whole = Math.min(part, 1)
  const filled = Math.round(whole * BAR_WIDTH)
  return `[${'='.repeat(filled)}${' '.repeat(BAR_WIDTH - filled)}] ${Math.floor(whole * 100)}%`
}
