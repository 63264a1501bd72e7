// Waiting for something that becomes true: polled, bounded, and with the last reason in the error when it never does.
import { setTimeout as sleep } from 'node:timers/promises'

export interface Patience {
  readonly timeoutMs?: number
  readonly intervalMs?: number
}

/** Thrown by an attempt that can no longer succeed: ends the wait at once. */
export class GiveUp extends Error {}

/** Calls `attempt` until it neither throws nor returns undefined, and returns its value. */
export const eventually = async <T>(
  what: string,
  attempt: () => T | undefined | Promise<T | undefined>,
  { timeoutMs = 30_000, intervalMs = 50 }: Patience = {},
): Promise<T> => {
  const deadline = performance.now() + timeoutMs
  let reason: unknown = 'it stayed undefined'
  for (;;) {
    try {
      const value = await attempt()
      if (value !== undefined) return value
    } catch (error) {
      if (error instanceof GiveUp) throw error
      reason = error
    }
    if (performance.now() >= deadline) {
      throw new Error(`not within ${timeoutMs} ms: ${what} (${String(reason)})`, { cause: reason })
    }
    await sleep(intervalMs)
  }
}
