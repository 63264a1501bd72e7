/** How long handlers take, by API: counts in classes of powers of two, from a sixteenth of a millisecond up. */
export const CLASSES = 20
const FIRST_CLASS_MS = 1 / 16

export interface ApiLatency {
  readonly requests: number
  readonly failures: number
  readonly totalMs: number
  /** At position i: how many took at most `classLimitMs(i)`, and longer than the class before. */
  readonly classes: readonly number[]
}

export interface Latencies {
  note(api: string, elapsedMs: number, failed: boolean): void
  snapshot(): ReadonlyMap<string, ApiLatency>
}

/** Infinite for the last class. */
export const classLimitMs = (index: number): number => (index === CLASSES - 1 ? Infinity : FIRST_CLASS_MS * 2 ** index)

const classOf = (elapsedMs: number): number =>
  Math.min(Math.max(Math.ceil(Math.log2(elapsedMs / FIRST_CLASS_MS)), 0), CLASSES - 1)

interface Counts {
  requests: number
  failures: number
  totalMs: number
  readonly classes: number[]
}

export const createLatencies = (): Latencies => {
  const byApi = new Map<string, Counts>()
  return {
    note(api, elapsedMs, failed) {
      let counts = byApi.get(api)
      if (counts === undefined) {
        counts = { requests: 0, failures: 0, totalMs: 0, classes: Array<number>(CLASSES).fill(0) }
        byApi.set(api, counts)
      }
      counts.requests++
      if (failed) counts.failures++
      counts.totalMs += elapsedMs
      const index = classOf(elapsedMs)
      counts.classes[index] = (counts.classes[index] ?? 0) + 1
    },
    snapshot: () => new Map([...byApi].map(([api, counts]) => [api, { ...counts, classes: [...counts.classes] }])),
  }
}
