import { expect, it } from 'vitest'
import { manualClock } from '../base/clock.ts'
import { createThrottle } from './throttle.ts'

const wrong = (): Promise<boolean> => Promise.resolve(false)
const right = (): Promise<boolean> => Promise.resolve(true)

it('makes each attempt after the fifth failure wait, twice as long every time', async () => {
  const clock = manualClock()
  const throttle = createThrottle(clock)
  for (let attempt = 0; attempt < 5; attempt++) expect(await throttle.attempt(['a'], wrong)).toBe(false)
  expect(await throttle.attempt(['a'], right)).toEqual({ waitMs: 1000 })
  clock.advance(1000)
  expect(await throttle.attempt(['a'], wrong)).toBe(false)
  expect(await throttle.attempt(['a'], right)).toEqual({ waitMs: 2000 })
  expect(await throttle.attempt(['b'], right)).toBe(true)
})

it('forgets failures after a success, and after a quarter of an hour', async () => {
  const clock = manualClock()
  const throttle = createThrottle(clock)
  const failFive = async (): Promise<void> => {
    for (let attempt = 0; attempt < 5; attempt++) await throttle.attempt(['a'], wrong)
  }
  await failFive()
  clock.advance(1000)
  expect(await throttle.attempt(['a'], right)).toBe(true)
  await failFive()
  clock.advance(15 * 60 * 1000 + 1)
  expect(await throttle.attempt(['a'], wrong)).toBe(false)
})

it('checks no more than four at once, and counts those that come together', async () => {
  const throttle = createThrottle(manualClock())
  let release = (): void => undefined
  const slow = new Promise<boolean>((resolve) => {
    release = () => resolve(false)
  })
  const running = Array.from({ length: 4 }, () => throttle.attempt(['a'], () => slow))
  expect(await throttle.attempt(['b'], right)).toEqual({ waitMs: 1000 })
  release()
  await Promise.all(running)
  expect(await throttle.attempt(['a'], wrong)).toBe(false)
  expect(await throttle.attempt(['a'], right)).toEqual({ waitMs: 1000 })
})
