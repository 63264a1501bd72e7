import { expect, test, vi } from 'vitest'
import { manualClock, systemClock } from './clock.ts'

test('a manual clock fires timers in order of time, those set meanwhile too', () => {
  const clock = manualClock(1000)
  const fired: string[] = []
  clock.after(20, () => fired.push(`b@${clock.monotonic()}`))
  clock.after(10, () => {
    fired.push(`a@${clock.monotonic()}`)
    clock.after(5, () => fired.push(`c@${clock.monotonic()}`))
  })
  clock.after(15, () => fired.push('never')).cancel()
  clock.advance(30)
  expect(fired).toEqual(['a@10', 'c@15', 'b@20'])
  expect(clock.now()).toBe(1030)
  expect(clock.pendingTimers).toBe(0)
})

test('a jump of the wall clock moves no timer', () => {
  const clock = manualClock(1000)
  const fire = vi.fn<() => void>()
  clock.after(10, fire)
  clock.jump(-500)
  expect(clock.now()).toBe(500)
  clock.advance(9)
  expect(fire).not.toHaveBeenCalled()
  clock.advance(1)
  expect(fire).toHaveBeenCalledOnce()
})

test('a delay beyond what setTimeout holds does not fire at once', () => {
  vi.useFakeTimers()
  try {
    const fire = vi.fn<() => void>()
    const month = 30 * 24 * 3600 * 1000
    systemClock.after(month, fire)
    vi.advanceTimersByTime(month - 1)
    expect(fire).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(fire).toHaveBeenCalledOnce()
  } finally {
    vi.useRealTimers()
  }
})
