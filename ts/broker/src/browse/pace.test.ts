import { expect, test } from 'vitest'
import { manualClock } from '../base/clock.ts'
import { createPace } from './pace.ts'

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve()
}

const begun = (bytesPerSecond: () => number) => {
  const clock = manualClock()
  const pace = createPace(bytesPerSecond, clock)
  /** Whether the next read may begin after so long. */
  const mayReadAfter = async (ms: number): Promise<boolean> => {
    let may = false
    void pace.turn().then(() => (may = true))
    clock.advance(ms)
    await turns()
    return may
  }
  return { pace, clock, mayReadAfter }
}

test('what was read is waited for, and no longer', async () => {
  const { pace, mayReadAfter } = begun(() => 1000)
  expect(await mayReadAfter(0)).toBe(true)
  pace.spend(300)
  pace.spend(200)
  expect(await mayReadAfter(499)).toBe(false)
  expect(await mayReadAfter(1)).toBe(true)
})

test('what nobody read for a while is not made up for', async () => {
  const { pace, clock, mayReadAfter } = begun(() => 1000)
  clock.advance(60_000)
  pace.spend(100)
  expect(await mayReadAfter(99)).toBe(false)
})

test('without a bound nobody waits, nor does what was spent before count', async () => {
  let bound = 1000
  const { pace, mayReadAfter } = begun(() => bound)
  pace.spend(1_000_000)
  bound = Infinity
  expect(await mayReadAfter(0)).toBe(true)
  pace.spend(1_000_000)
  expect(await mayReadAfter(0)).toBe(true)
})
