/**
 * When the disks of the data directories will be full: what is free is noted each minute, for a day. They fill at the slope of
 * the line that lies closest to all of it, so that no single segment, written or removed, decides it.
 */
import type { Clock, Timer } from '../base/clock.ts'
import type { DirectoryRoom } from '../engine/native.ts'
import { createRing, type Ring } from './ring.ts'

const SAMPLE_MS = 60_000
/** A day. */
const SAMPLES = 1440
/** What is seen in less time says nothing of the days to come. */
const OVER_SECONDS_MIN = 600
/** A year: what takes longer is not filling. */
const FULL_IN_SECONDS_MAX = 31_536_000
const MS_PER_SECOND = 1000

type Room = Pick<DirectoryRoom, 'path' | 'freeBytes' | 'hardLimitBytes'>

export interface Filling {
  /** For how long it was watched, at most a day. */
  readonly overSeconds: number
  /** Until producers are refused, should it go on like that; null where it does not fill. */
  readonly fullInSeconds: number | null
}

export interface FillHistory {
  /** Null where it was not watched for long enough. */
  of(room: Room): Filling | null
  stop(): void
}

interface Sample {
  /** In seconds. */
  readonly at: number
  readonly freeBytes: number
}

export const watchFill = (rooms: () => readonly Room[], clock: Clock): FillHistory => {
  const rings = new Map<string, Ring<Sample>>()
  let timer: Timer

  const turn = (): void => {
    const at = clock.monotonic() / MS_PER_SECOND
    for (const { path, freeBytes } of rooms()) {
      const ring = rings.get(path) ?? createRing<Sample>(SAMPLES)
      ring.push({ at, freeBytes })
      rings.set(path, ring)
    }
    timer = clock.after(SAMPLE_MS, turn)
  }
  turn()

  return {
    of({ path, freeBytes, hardLimitBytes }) {
      const samples = rings.get(path)?.values() ?? []
      const overSeconds = (samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0)
      if (overSeconds < OVER_SECONDS_MIN) return null
      const pace = -slopeOf(samples)
      const fullInSeconds = Math.max(freeBytes - hardLimitBytes, 0) / pace
      const isFilling = pace > 0 && fullInSeconds <= FULL_IN_SECONDS_MAX
      return { overSeconds, fullInSeconds: isFilling ? fullInSeconds : null }
    },
    stop: () => timer.cancel(),
  }
}

/** Bytes each second, by least squares; of at least two samples. */
const slopeOf = (samples: readonly Sample[]): number => {
  const mean = (value: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + value(sample), 0) / samples.length
  const [middle, freeBytes] = [mean(({ at }) => at), mean((sample) => sample.freeBytes)]
  let [together, spread] = [0, 0]
  for (const sample of samples) {
    together += (sample.at - middle) * (sample.freeBytes - freeBytes)
    spread += (sample.at - middle) ** 2
  }
  return together / spread
}
