/**
 * How far groups are behind, in seconds: now, less the time at which the log went past what the group has committed. For that
 * the end of each log that a group reads is noted again and again, for an hour; and so is what groups lag.
 */
import type { Clock, Timer } from '../base/clock.ts'
import { createRing, type Ring } from './ring.ts'

export const LAG_SAMPLE_MS = 10_000
const SAMPLES = 360
const PARTITIONS_MAX = 20_000
const GROUPS_MAX = 5000
const MS_PER_SECOND = 1000

/** One partition that a group reads. */
export interface Reading {
  /** Topic id and partition. */
  readonly log: string
  readonly committed: number
  readonly end: number
}

export interface GroupReadings {
  readonly group: string
  readonly lag: number
  /** Null while it is not known. */
  readonly lagSeconds: number | null
  readonly readings: readonly Reading[]
}

/** One of each for each ten seconds, the oldest first. */
export interface PastLag {
  readonly lag: readonly number[]
  readonly lagSeconds: readonly (number | null)[]
}

const NOTHING: PastLag = { lag: [], lagSeconds: [] }

export interface LagHistory {
  /**
   * At a moment of the monotonic clock: 0 without lag; null where it was not watched for long enough to know. What is older than an
   * hour counts as an hour.
   */
  seconds(reading: Reading, at: number): number | null
  /** What a group lagged in the last hour. */
  past(group: string): PastLag
  /** When that was noted last, in milliseconds since 1970. */
  notedAt(): number
  stop(): void
}

interface GroupRings {
  readonly lag: Ring
  readonly lagSeconds: Ring<number | null>
}

/** `read` may fail, as while partitions are loaded: the next time will do. */
export const watchLag = (read: () => Promise<readonly GroupReadings[]>, clock: Clock): LagHistory => {
  // One for all: a log that is read has an end for each of the last of them.
  const times = createRing(SAMPLES)
  let logs = new Map<string, Ring>()
  let groups = new Map<string, GroupRings>()
  let notedAt = clock.now()
  let timer: Timer
  let stopped = false

  const note = (found: readonly GroupReadings[]): void => {
    times.push(clock.monotonic())
    notedAt = clock.now()
    // What nobody reads any more is forgotten.
    const [stillRead, stillThere] = [new Map<string, Ring>(), new Map<string, GroupRings>()]
    for (const { group, lag, lagSeconds, readings } of found.slice(0, GROUPS_MAX)) {
      const rings = groups.get(group) ?? { lag: createRing(SAMPLES), lagSeconds: createRing(SAMPLES) }
      rings.lag.push(lag)
      rings.lagSeconds.push(lagSeconds)
      stillThere.set(group, rings)
      for (const { log, end } of readings) {
        if (stillRead.has(log) || stillRead.size >= PARTITIONS_MAX) continue
        const ends = logs.get(log) ?? createRing(SAMPLES)
        ends.push(end)
        stillRead.set(log, ends)
      }
    }
    logs = stillRead
    groups = stillThere
  }

  const turn = async (): Promise<void> => {
    try {
      note(await read())
    } catch {
      // Told to whoever asks for groups.
    }
    if (!stopped) timer = clock.after(LAG_SAMPLE_MS, () => void turn())
  }
  timer = clock.after(LAG_SAMPLE_MS, () => void turn())

  return {
    seconds({ log, committed, end }, at) {
      if (committed >= end) return 0
      const ends = logs.get(log)?.values()
      if (ends === undefined) return null
      const past = firstBeyond(ends, committed)
      // Beyond them all it went after it was noted last: at most one sample ago.
      const since = times.values().at(Math.min(past - ends.length, -1))
      return since === undefined ? null : (at - since) / MS_PER_SECOND
    },
    past(group) {
      const rings = groups.get(group)
      return rings === undefined ? NOTHING : { lag: rings.lag.values(), lagSeconds: rings.lagSeconds.values() }
    },
    notedAt: () => notedAt,
    stop() {
      stopped = true
      timer.cancel()
    },
  }
}

/** The index of the first that is greater; their number where none is. They rise. */
const firstBeyond = (rising: readonly number[], value: number): number => {
  let [low, high] = [0, rising.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rising[middle] ?? 0) > value) high = middle
    else low = middle + 1
  }
  return low
}
