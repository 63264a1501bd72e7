import { expect, it } from 'vitest'
import { manualClock } from '../base/clock.ts'
import type { TopicId } from '../base/ids.ts'
import { watchFill } from './fill.ts'
import { type Reading, watchLag } from './lag.ts'
import { watchRates } from './rates.ts'
import { createRing } from './ring.ts'

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

it('a ring keeps the last values in their order', () => {
  const ring = createRing(3)
  expect(ring.values()).toEqual([])
  for (const value of [1, 2]) ring.push(value)
  expect(ring.values()).toEqual([1, 2])
  for (const value of [3, 4, 5]) ring.push(value)
  expect(ring.values()).toEqual([3, 4, 5])
})

it('rates are those of the last two seconds, and of each ten seconds of the last hour', () => {
  const clock = manualClock()
  const counted = new Map([['server.records.bytes.in', 0]])
  const rates = watchRates(() => new Map([...counted, ['server.connections', 7]]), clock)
  let seen = 0
  const unwatch = rates.watch(() => seen++)
  for (let look = 1; look <= 5; look++) {
    counted.set('server.records.bytes.in', look === 5 ? 5000 : 1000)
    clock.advance(2000)
  }
  expect(rates.now()).toMatchObject({ bytesIn: 2000, bytesOut: 0, connections: 7 })
  expect(rates.past()).toMatchObject({ bytesIn: [500], connections: [7] })
  expect(seen).toBe(5)
  unwatch()
  clock.advance(2 * 3600 * 1000)
  expect(rates.past().bytesIn).toHaveLength(360)
  expect(seen).toBe(5)
  rates.stop()
  expect(clock.pendingTimers).toBe(0)
})

/** The lag of a group that reads partition 0 of `a`, whose records have the times that the test says; and what was asked for. */
const watched = (committed: () => number, timeOf: (offset: number) => number | null | undefined = () => undefined) => {
  const clock = manualClock()
  const log = { end: 100 }
  const asked: number[] = []
  const readingAt = (offset: number) => ({ topic: 'a' as TopicId, partition: 0, committed: offset, end: log.end })
  const seconds = async (offset: number) => (await lag.secondsOf([readingAt(offset)]))(readingAt(offset))
  const lag = watchLag(
    {
      readings: async () => [
        {
          group: 'g',
          lag: log.end - committed(),
          lagSeconds: await seconds(committed()),
          readings: [readingAt(committed())],
        },
      ],
      recordTimes: (readings) => {
        asked.push(...readings.map((reading) => reading.committed))
        return Promise.resolve(readings.map((reading) => timeOf(reading.committed)))
      },
    },
    clock,
  )
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms)
    await turns()
  }
  return { clock, log, asked, lag, seconds, pass }
}

it('lag in seconds is the time since the log went past what was committed', async () => {
  const { clock, log, lag, seconds, pass } = watched(() => 100)
  expect(await seconds(50)).toBeNull()
  for (const next of [100, 110, 120, 130]) {
    log.end = next
    await pass(10_000)
  }
  expect(await seconds(130)).toBe(0)
  expect(await seconds(100)).toBe(20)
  expect(await seconds(115)).toBe(10)
  expect(await seconds(50)).toBe(30)
  await pass(4000)
  expect(await seconds(100)).toBe(24)
  expect(lag.past('g')).toEqual({ lag: [0, 10, 20, 30], lagSeconds: [0, 10, 10, 20] })
  expect(lag.past('nobody')).toEqual({ lag: [], lagSeconds: [] })
  expect(lag.notedAt()).toBe(clock.now() - 4000)
  lag.stop()
  expect(clock.pendingTimers).toBe(0)
})

it('what the log went past before it was watched is as old as the record there', async () => {
  // A group that was set back by an hour of records was told to be ten seconds behind: since its first commit.
  const times = new Map<number, number | null>()
  const { clock, log, asked, seconds, pass } = watched(
    () => 100,
    (offset) => times.get(offset),
  )
  const start = clock.now()
  times
    .set(50, start - 3_600_000)
    .set(60, start + 999_000)
    .set(70, null)
  // Before anything was noted, too.
  expect(await seconds(50)).toBe(3600)
  for (const next of [110, 120]) {
    log.end = next
    await pass(10_000)
  }
  expect(await seconds(50)).toBe(3620)
  // Never less than the log is watched, whatever the time of a record is.
  expect(await seconds(60)).toBe(10)
  expect(await seconds(70)).toBe(10)
  // What it went past since is known better than by the time of a record.
  times.set(115, 0)
  expect(await seconds(115)).toBe(0)
  // Each is asked for once; what could not be asked, again, as the offset of the group itself.
  for (const offset of [50, 60, 70, 80, 80]) await seconds(offset)
  expect(asked).toEqual([50, 100, 100, 60, 70, 80, 80])
})

it('of many groups that were set back so many records are asked for in one look, and the others in the next', async () => {
  const clock = manualClock()
  const asked: number[] = []
  let atOnce = 0
  const recordTimes = async (readings: readonly Reading[]) => {
    expect(atOnce++).toBe(0)
    asked.push(readings.length)
    await Promise.resolve()
    atOnce--
    return readings.map(() => clock.now() - 7000)
  }
  const lag = watchLag({ readings: () => Promise.resolve([]), recordTimes }, clock)
  const readings = Array.from({ length: 1200 }, (_, partition) => ({
    topic: 'a' as TopicId,
    partition,
    committed: 1,
    end: 2,
  }))
  const known = async () => {
    const seconds = await lag.secondsOf(readings)
    return readings.filter((reading) => seconds(reading) === 7).length
  }
  expect(await known()).toBe(500)
  expect((await Promise.all([known(), known()]))[1]).toBe(1200)
  await known()
  expect(asked).toEqual([500, 500, 200])
})

it('a disk that does not answer holds up nobody for long', async () => {
  const clock = manualClock()
  let answer = (): void => undefined
  const recordTimes = () =>
    new Promise<readonly number[]>((resolve) => {
      answer = () => resolve([clock.now() - 7000])
    })
  const lag = watchLag({ readings: () => Promise.resolve([]), recordTimes }, clock)
  const reading = { topic: 'a' as TopicId, partition: 0, committed: 1, end: 2 }
  const looking = lag.secondsOf([reading])
  await turns()
  clock.advance(100)
  expect((await looking)(reading)).toBeNull()
  answer()
  expect((await lag.secondsOf([reading]))(reading)).toBe(7)
  lag.stop()
  expect(clock.pendingTimers).toBe(0)
})

const MINUTE_MS = 60_000
const DAY_SECONDS = 86_400
const GB = 1e9

/** A disk that is watched, with what is free as a function of the minutes since. */
const disk = (free: (minute: number) => number, hardLimitBytes = 0) => {
  const clock = manualClock()
  const room = () => ({ path: '/data', freeBytes: free(clock.monotonic() / MINUTE_MS), hardLimitBytes })
  const fill = watchFill(() => [room()], clock)
  const after = (minutes: number) => {
    clock.advance(minutes * MINUTE_MS)
    return fill.of(room())
  }
  return { fill, clock, after }
}

it('a disk is full in what is free of it, less what producers may not use, at the pace of the last day', () => {
  const { fill, clock, after } = disk((minute) => 1000 * GB - minute * 0.1 * GB, 100 * GB)
  expect(after(9)).toBeNull()
  const early = after(1)
  expect(early?.overSeconds).toBe(600)
  expect(early?.fullInSeconds).toBeCloseTo(8990 * 60)
  const late = after(3 * 1440)
  expect(late?.overSeconds).toBe(DAY_SECONDS - 60)
  expect(late?.fullInSeconds).toBeCloseTo((899 - 432) * 10 * 60)
  expect(fill.of({ path: '/elsewhere', freeBytes: 1, hardLimitBytes: 0 })).toBeNull()
  fill.stop()
  expect(clock.pendingTimers).toBe(0)
})

it('a disk that does not fill has no end, and one that is full has it now', () => {
  const end = (free: (minute: number) => number, hardLimitBytes = 0) =>
    disk(free, hardLimitBytes).after(600)?.fullInSeconds
  expect(end(() => GB)).toBeNull()
  expect(end((minute) => GB + minute)).toBeNull()
  expect(end((minute) => 1000 * GB - minute)).toBeNull()
  // Every hour retention takes away what the hour has brought.
  expect(end((minute) => 900 * GB - (minute % 60) * 0.1 * GB)).toBeNull()
  expect(end((minute) => GB - minute, 2 * GB)).toBe(0)
})

it('one segment that is removed does not stop a disk from filling', () => {
  const step = (minute: number): number => (minute >= 595 ? 2 * GB : 0)
  const told = disk((minute) => 900 * GB - minute * 0.1 * GB + step(minute)).after(600)
  expect(told?.fullInSeconds).toBeGreaterThan(5 * DAY_SECONDS)
  expect(told?.fullInSeconds).toBeLessThan(7 * DAY_SECONDS)
})
