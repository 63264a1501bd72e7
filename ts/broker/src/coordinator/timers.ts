/**
 * Timeouts that become commands, one per key.
 *
 * A timeout must never be held against somebody who was in time. So before one is evaluated, `pump` hands over every
 * request that has arrived: the engine takes them in while the event loop is busy, and one of them may move the very
 * deadline. And when the loop stood still, the time it stood does not count: while nobody was answered, nobody could
 * send his next request. Such a timeout is put off once, by as long as it was late.
 */
import type { Clock, Timer } from '../base/clock.ts'

/** Later than this is a loop that stood still, not the usual unevenness of timers. */
const STANDSTILL_MS = 100

interface Entry<Command> {
  readonly command: Command
  readonly due: number
  readonly putOff: boolean
  timer: Timer
}

export class Timers<Command> {
  readonly #clock: Clock
  readonly #pump: () => void
  readonly #fire: (command: Command) => void
  readonly #entries = new Map<string, Entry<Command>>()

  /** `pump` handles the requests that have arrived before it returns, at least as far as the shard's queue. */
  constructor(clock: Clock, pump: () => void, fire: (command: Command) => void) {
    this.#clock = clock
    this.#pump = pump
    this.#fire = fire
  }

  get size(): number {
    return this.#entries.size
  }

  set(key: string, afterMs: number, command: Command): void {
    this.#arm(key, afterMs, command, false)
  }

  cancel(key: string): void {
    this.#entries.get(key)?.timer.cancel()
    this.#entries.delete(key)
  }

  cancelAll(): void {
    for (const entry of this.#entries.values()) entry.timer.cancel()
    this.#entries.clear()
  }

  #arm(key: string, afterMs: number, command: Command, putOff: boolean): void {
    this.#entries.get(key)?.timer.cancel()
    const timer = this.#clock.after(afterMs, () => this.#due(key, entry))
    const entry: Entry<Command> = { command, due: this.#clock.monotonic() + afterMs, putOff, timer }
    this.#entries.set(key, entry)
  }

  #due(key: string, entry: Entry<Command>): void {
    const lateMs = this.#clock.monotonic() - entry.due
    this.#pump()
    if (this.#entries.get(key) !== entry) return
    if (lateMs > STANDSTILL_MS && !entry.putOff) {
      this.#arm(key, lateMs, entry.command, true)
      return
    }
    this.#entries.delete(key)
    this.#fire(entry.command)
  }
}
