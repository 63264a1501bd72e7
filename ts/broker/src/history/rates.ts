/** How much goes through the broker, now and over the last hour: differences of what the engine counts. */
import type { Clock, Timer } from '../base/clock.ts'
import { createRing, type Ring } from './ring.ts'

/** How old what is said to be now may be. */
const LOOK_MS = 2000
const LOOKS_PER_SAMPLE = 5
export const SAMPLE_MS = LOOK_MS * LOOKS_PER_SAMPLE
/** An hour. */
export const SAMPLES = 360

const MS_PER_SECOND = 1000

/** What is counted, by the engine's name; a gauge is kept as it is. */
const sources = {
  bytesIn: { stat: 'server.records.bytes.in', isGauge: false },
  bytesOut: { stat: 'server.records.bytes.out', isGauge: false },
  produceRequests: { stat: 'server.requests.produce', isGauge: false },
  fetchRequests: { stat: 'server.requests.fetch', isGauge: false },
  syncs: { stat: 'store.wal.syncs', isGauge: false },
  connections: { stat: 'server.connections', isGauge: true },
} as const

export type RateName = keyof typeof sources
export const rateNames = Object.keys(sources) as readonly RateName[]

export type Rates = Readonly<Record<RateName, number>>

export interface RateHistory {
  /** Each second, over the last two of them. */
  now(): Rates
  /** Of the last hour, the oldest first, one each ten seconds. */
  past(): Readonly<Record<RateName, readonly number[]>>
  /** Is called after each look, until the answer is called. */
  watch(seen: () => void): () => void
  stop(): void
}

interface Look {
  readonly at: number
  readonly stats: ReadonlyMap<string, number>
}

export const watchRates = (stats: () => ReadonlyMap<string, number>, clock: Clock): RateHistory => {
  const rings = new Map<RateName, Ring>(rateNames.map((name) => [name, createRing(SAMPLES)]))
  const watchers = new Set<() => void>()
  const look = (): Look => ({ at: clock.monotonic(), stats: stats() })
  let last = look()
  let sampled = last
  let looks = 0
  let current = ratesBetween(last, last)
  let timer: Timer

  const turn = (): void => {
    const next = look()
    current = ratesBetween(last, next)
    last = next
    looks += 1
    if (looks % LOOKS_PER_SAMPLE === 0) {
      const sample = ratesBetween(sampled, next)
      sampled = next
      for (const [name, ring] of rings) ring.push(sample[name])
    }
    timer = clock.after(LOOK_MS, turn)
    for (const seen of watchers) seen()
  }
  timer = clock.after(LOOK_MS, turn)

  return {
    now: () => current,
    past: () => byName((name) => rings.get(name)?.values() ?? []),
    watch(seen) {
      watchers.add(seen)
      return () => void watchers.delete(seen)
    },
    stop: () => timer.cancel(),
  }
}

const byName = <Value>(value: (name: RateName) => Value): Readonly<Record<RateName, Value>> =>
  Object.fromEntries(rateNames.map((name) => [name, value(name)])) as Record<RateName, Value>

const ratesBetween = (before: Look, next: Look): Rates =>
  byName((name) => {
    const { stat, isGauge } = sources[name]
    const value = next.stats.get(stat) ?? 0
    const seconds = (next.at - before.at) / MS_PER_SECOND
    if (isGauge) return value
    return seconds <= 0 ? 0 : (value - (before.stats.get(stat) ?? 0)) / seconds
  })
