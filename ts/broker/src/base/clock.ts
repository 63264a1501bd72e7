/** Time as an argument. Nothing outside this file reads a clock or starts a timer. */
export interface Timer {
  /** Harmless when it has fired or was cancelled before. */
  cancel(): void
}

export interface Clock {
  /** Wall clock in milliseconds since 1970; may jump. For timestamps that are stored or shown. */
  now(): number
  /** Milliseconds since some start; never goes back. For durations and deadlines. */
  monotonic(): number
  after(delayMs: number, fire: () => void): Timer
}

/** What `setTimeout` can hold; beyond it would fire at once. */
const TIMEOUT_MS_MAX = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, fire) {
    let handle: NodeJS.Timeout
    const arm = (left: number): void => {
      const step = Math.min(Math.max(left, 0), TIMEOUT_MS_MAX)
      handle = setTimeout(() => (left > step ? arm(left - step) : fire()), step)
    }
    arm(delayMs)
    return { cancel: () => clearTimeout(handle) }
  },
}

export interface ManualClock extends Clock {
  /** Moves time and fires what falls due, in order of time, then of creation. */
  advance(byMs: number): void
  /** Moves the wall clock alone, as a correction of the system's time does. */
  jump(byMs: number): void
  readonly pendingTimers: number
}

interface PendingTimer {
  readonly due: number
  readonly fire: () => void
}

/** A clock that stands still until a test moves it. */
export const manualClock = (startMs = 1_700_000_000_000): ManualClock => {
  const pending = new Set<PendingTimer>()
  let elapsed = 0
  let wallStart = startMs

  const nextUntil = (end: number): PendingTimer | undefined => {
    let next: PendingTimer | undefined
    for (const timer of pending) {
      if (timer.due <= end && (next === undefined || timer.due < next.due)) next = timer
    }
    return next
  }

  return {
    now: () => wallStart + elapsed,
    monotonic: () => elapsed,
    after(delayMs, fire) {
      const timer: PendingTimer = { due: elapsed + Math.max(delayMs, 0), fire }
      pending.add(timer)
      return { cancel: () => void pending.delete(timer) }
    },
    advance(byMs) {
      const end = elapsed + byMs
      for (let timer = nextUntil(end); timer !== undefined; timer = nextUntil(end)) {
        pending.delete(timer)
        elapsed = timer.due
        timer.fire()
      }
      elapsed = end
    },
    jump(byMs) {
      wallStart += byMs
    },
    get pendingTimers() {
      return pending.size
    },
  }
}
