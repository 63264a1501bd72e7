/** Guessing passwords becomes slow: after some failures the next attempt has to wait, each time twice as long. */
import type { Clock } from '../base/clock.ts'

const FREE_FAILURES = 5
const WAIT_MS_FIRST = 1000
const WAIT_MS_MAX = 5 * 60 * 1000
/** A failure is forgotten after this long. */
const MEMORY_MS = 15 * 60 * 1000
const KEYS_MAX = 10_000
/** Hashing takes 32 MiB each. */
const CHECKS_AT_ONCE_MAX = 4

export interface Throttle {
  /** Runs `check` for an attempt; answers the milliseconds to wait where there must be none now. */
  attempt(keys: readonly string[], check: () => Promise<boolean>): Promise<boolean | { readonly waitMs: number }>
}

interface Failures {
  count: number
  at: number
}

export const createThrottle = (clock: Clock): Throttle => {
  const failures = new Map<string, Failures>()
  let checking = 0

  const waitOf = (key: string): number => {
    const known = failures.get(key)
    if (known === undefined) return 0
    const passed = clock.monotonic() - known.at
    if (passed > MEMORY_MS) failures.delete(key)
    if (passed > MEMORY_MS || known.count < FREE_FAILURES) return 0
    return Math.max(Math.min(WAIT_MS_FIRST * 2 ** (known.count - FREE_FAILURES), WAIT_MS_MAX) - passed, 0)
  }

  const note = (key: string): void => {
    const known = failures.get(key)
    failures.delete(key)
    const [oldest] = failures.keys()
    if (failures.size >= KEYS_MAX && oldest !== undefined) failures.delete(oldest)
    failures.set(key, { count: (known?.count ?? 0) + 1, at: clock.monotonic() })
  }

  const touch = (key: string): void => {
    const known = failures.get(key)
    if (known !== undefined) known.at = clock.monotonic()
  }

  return {
    async attempt(keys, check) {
      const waitMs = Math.max(...keys.map(waitOf), checking >= CHECKS_AT_ONCE_MAX ? WAIT_MS_FIRST : 0)
      if (waitMs > 0) return { waitMs }
      checking += 1
      // Counted before it is known: attempts that come together are as many as they are.
      for (const key of keys) note(key)
      try {
        const passed = await check()
        if (passed) for (const key of keys) failures.delete(key)
        // The wait begins with the answer, not with the question.
        else for (const key of keys) touch(key)
        return passed
      } finally {
        checking -= 1
      }
    },
  }
}
