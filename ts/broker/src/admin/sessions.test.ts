import { expect, it } from 'vitest'
import { manualClock } from '../base/clock.ts'
import { createSessions } from './sessions.ts'

const HOUR_MS = 60 * 60 * 1000

it('ends twelve hours after its last use', () => {
  const clock = manualClock()
  const sessions = createSessions(clock)
  const { id } = sessions.create('admin', 'hash')
  clock.advance(11 * HOUR_MS)
  expect(sessions.find(id)?.user).toBe('admin')
  clock.advance(11 * HOUR_MS)
  expect(sessions.find(id)?.user).toBe('admin')
  clock.advance(12 * HOUR_MS + 1)
  expect(sessions.find(id)).toBeNull()
})

it('ends seven days after it began, however much it is used', () => {
  const clock = manualClock()
  const sessions = createSessions(clock)
  const { id } = sessions.create('admin', 'hash')
  for (let hours = 0; hours < 7 * 24; hours += 6) {
    expect(sessions.find(id)?.user).toBe('admin')
    clock.advance(6 * HOUR_MS)
  }
  expect(sessions.find(id)?.user).toBe('admin')
  clock.advance(1)
  expect(sessions.find(id)).toBeNull()
})

it('is not kept by a look', () => {
  const clock = manualClock()
  const sessions = createSessions(clock)
  const { id } = sessions.create('admin', 'hash')
  clock.advance(11 * HOUR_MS)
  expect(sessions.look(id)?.user).toBe('admin')
  clock.advance(2 * HOUR_MS)
  expect(sessions.look(id)).toBeNull()
})

it('of more than a thousand, the one that was not used for longest ends', () => {
  const sessions = createSessions(manualClock())
  const ids = Array.from({ length: 1000 }, () => sessions.create('admin', 'hash').id)
  const [first = '', second = ''] = ids
  sessions.find(first)
  sessions.create('admin', 'hash')
  expect(sessions.find(second)).toBeNull()
  expect(sessions.find(first)?.user).toBe('admin')
})
