/**
 * How far groups are behind, in seconds: now, less the time at which the log went past what the group has committed. For that
 * the end of each log that a group reads is noted again and again, for an hour; and so is what groups lag. When the log went past an
 * offset before that, the record there tells, by the time that it has.
 */
import type { Clock, Timer } from '../base/clock.ts'
import type { TopicId } from '../base/ids.ts'
import { createRing, type Ring } from './ring.ts'

export const LAG_SAMPLE_MS = 10_000
const SAMPLES = 360
const PARTITIONS_MAX = 20_000
const GROUPS_MAX = 5000
/** Of so many records the time is asked for in one look, and of so many it is remembered. */
const RECORDS_ASKED_MAX = 500
const RECORDS_MAX = 20_000
/** A disk that takes longer holds up nobody: the next look has them. */
const RECORDS_WAIT_MS = 100
const MS_PER_SECOND = 1000

/** One partition that a group reads. */
export interface Reading {
  readonly topic: TopicId
  readonly partition: number
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

/**
 * How long ago a log went past what is committed: 0 without lag; null where that is not known. Where the record there has no time, or was not
 * asked for it yet, it is no longer ago than its log is watched.
 */
export type LagSeconds = (reading: Reading) => number | null

export interface LagSource {
  /** Where groups are; may fail, as while partitions are loaded: the next time will do. */
  readings(): Promise<readonly GroupReadings[]>
  /** When the records at what is committed were written, in milliseconds since 1970: null for one that has no time, undefined where that could not be asked. */
  recordTimes(readings: readonly Reading[]): Promise<readonly (number | null | undefined)[]>
}

export interface LagHistory {
  /** How far groups are behind at one moment, the same for all of them: who stopped together is equally far behind. */
  secondsOf(readings: readonly Reading[]): Promise<LagSeconds>
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

export const watchLag = (source: LagSource, clock: Clock): LagHistory => {
  // One for all: a log that is read has an end for each of the last of them.
  const times = createRing(SAMPLES)
  let logs = new Map<string, Ring>()
  let groups = new Map<string, GroupRings>()
  /** Log and offset -> when the record there was written. */
  const written = new Map<string, number | null>()
  let asking: Promise<void> = Promise.resolve()
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
      for (const reading of readings) {
        const log = logOf(reading)
        if (stillRead.has(log) || stillRead.size >= PARTITIONS_MAX) continue
        const ends = logs.get(log) ?? createRing(SAMPLES)
        ends.push(reading.end)
        stillRead.set(log, ends)
      }
    }
    logs = stillRead
    groups = stillThere
  }

  const turn = async (): Promise<void> => {
    try {
      note(await source.readings())
    } catch {
      // Told to whoever asks for groups.
    }
    if (!stopped) timer = clock.after(LAG_SAMPLE_MS, () => void turn())
  }
  timer = clock.after(LAG_SAMPLE_MS, () => void turn())

  const endsOf = (reading: Reading): readonly number[] => logs.get(logOf(reading))?.values() ?? []

  const lookBack = async (readings: readonly Reading[]): Promise<void> => {
    const asked = new Map<string, Reading>()
    for (const reading of readings) {
      if (asked.size === RECORDS_ASKED_MAX) break
      const record = recordOf(reading)
      const isOlder = reading.committed < reading.end && firstBeyond(endsOf(reading), reading.committed) === 0
      if (isOlder && !written.has(record)) asked.set(record, reading)
    }
    if (asked.size === 0) return
    const found = await source.recordTimes([...asked.values()])
    for (const [index, record] of [...asked.keys()].entries()) {
      const time = found[index]
      if (time !== undefined) written.set(record, time)
    }
    for (const oldest of written.keys()) {
      if (written.size <= RECORDS_MAX) break
      written.delete(oldest)
    }
  }

  return {
    async secondsOf(readings) {
      // One after the other, so that logs are read by one at a time.
      asking = asking.catch(() => undefined).then(() => lookBack(readings))
      await within(asking, RECORDS_WAIT_MS, clock)
      const [now, at] = [clock.now(), clock.monotonic()]
      return (reading) => {
        if (reading.committed >= reading.end) return 0
        const ends = endsOf(reading)
        // Past it from the first on, it was past it before.
        const past = firstBeyond(ends, reading.committed)
        // Beyond them all it went after it was noted last: at most one sample ago.
        const noted = ends.length === 0 ? undefined : times.values().at(Math.min(past - ends.length, -1))
        const watched = noted === undefined ? null : (at - noted) / MS_PER_SECOND
        const writtenAt = past > 0 ? null : (written.get(recordOf(reading)) ?? null)
        return writtenAt === null ? watched : Math.max((now - writtenAt) / MS_PER_SECOND, watched ?? 0)
      }
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

/** Waits for it, and no longer than so. */
const within = async (work: Promise<void>, ms: number, clock: Clock): Promise<void> => {
  let timer: Timer | undefined
  const late = new Promise<void>((resolve) => {
    timer = clock.after(ms, resolve)
  })
  await Promise.race([work, late]).finally(() => timer?.cancel())
}

const logOf = ({ topic, partition }: Reading): string => `${topic}/${partition}`

const recordOf = (reading: Reading): string => `${logOf(reading)}/${reading.committed}`

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
