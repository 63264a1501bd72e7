import { describe, expect, it } from 'vitest'
import type { Clock } from '../base/clock.ts'
import { Timers } from './timers.ts'

/** A clock of an event loop that can stand still: timers that fall due meanwhile fire late, in order. */
const freezable = () => {
  let now = 0
  const pending = new Set<{ due: number; fire: () => void }>()
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    after(delayMs, fire) {
      const timer = { due: now + delayMs, fire }
      pending.add(timer)
      return { cancel: () => void pending.delete(timer) }
    },
  }
  const fireDue = (): void => {
    for (const timer of [...pending].filter(({ due }) => due <= now).sort((a, b) => a.due - b.due)) {
      if (pending.delete(timer)) timer.fire()
    }
  }
  return {
    clock,
    run(ms: number): void {
      for (const end = now + ms; now < end;) {
        now++
        fireDue()
      }
    },
    freeze(ms: number): void {
      now += ms
      fireDue()
    },
  }
}

describe('timers of a shard', () => {
  it('replace, cancel and fire by key', () => {
    const { clock, run } = freezable()
    const fired: string[] = []
    const timers = new Timers<string>(
      clock,
      () => {},
      (command) => fired.push(command),
    )
    timers.set('a', 10, 'a1')
    timers.set('a', 20, 'a2')
    timers.set('b', 15, 'b')
    timers.cancel('b')
    run(30)
    expect(fired).toEqual(['a2'])
    expect(timers.size).toBe(0)
  })

  it('let a request that arrived while the loop stood still move its deadline', () => {
    const { clock, run, freeze } = freezable()
    const arrived: (() => void)[] = []
    const fired: string[] = []
    const timers = new Timers<string>(
      clock,
      () => arrived.splice(0).forEach((handle) => handle()),
      (command) => fired.push(command),
    )
    timers.set('session', 6000, 'evicted')
    run(1500)
    arrived.push(() => timers.set('session', 6000, 'evicted'))
    freeze(5000)
    run(5999)
    expect(fired).toEqual([])
    run(2)
    expect(fired).toEqual(['evicted'])
  })

  it('do not count the time the loop stood still, once', () => {
    const { clock, run, freeze } = freezable()
    const fired: number[] = []
    const timers = new Timers<string>(
      clock,
      () => {},
      () => fired.push(clock.monotonic()),
    )
    timers.set('session', 1000, 'evicted')
    freeze(5000)
    expect(fired).toEqual([])
    run(3999)
    expect(fired).toEqual([])
    freeze(5000)
    expect(fired).toEqual([13_999])
  })
})
