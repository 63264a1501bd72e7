/** What all reads of searches together bring each second, while others need the disk. */
import type { Clock } from '../base/clock.ts'

export interface Pace {
  /** Resolves when something may be read. */
  turn(): Promise<void>
  /** What a read brought, which is known behind it: those that follow wait for it. */
  spend(bytes: number): void
}

const MS_PER_SECOND = 1000

/** `bytesPerSecond` is asked anew for each read; Infinity is no bound, and forgives what was spent. */
export const createPace = (bytesPerSecond: () => number, clock: Clock): Pace => {
  /** When all that was spent will have been due. */
  let paidAt = clock.monotonic()

  const left = (): number => (bytesPerSecond() === Infinity ? 0 : paidAt - clock.monotonic())
  return {
    async turn() {
      for (let ms = left(); ms > 0; ms = left()) await new Promise<void>((resolve) => void clock.after(ms, resolve))
    },
    spend(bytes) {
      paidAt = Math.max(paidAt, clock.monotonic()) + (bytes / bytesPerSecond()) * MS_PER_SECOND
    },
  }
}
