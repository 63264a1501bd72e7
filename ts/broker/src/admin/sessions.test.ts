import { expect, it } from 'vitest'
import { manualClock } from '../base/clock.ts'
import { createSessions } from './sessions.ts'

const HOUR_MS = 60 * 60 * 1000

it('ends twelve hours after its last use', () => {
  const clock = manualClock()
  const sessions = createSessions(clock)
  const { id } = sessions.create('admin')
  clock.advance(11 * HOUR_MS)
  expect(sessions.find(id)?.user).toBe('admin')
  clock.advance(11 * HOUR_MS)
  expect(sessions.find(id)?.user).toBe('admin')
  clock.advance(12 * HOUR_MS + 1)
  expect(sessions.find(id)).toBeNull()
})

it('of more than a thousand, the one that was not used for longest ends', () => {
  const sessions = createSessions(manualClock())
  const ids = Array.from({ length: 1000 }, () => sessions.create('admin').id)
  const [first = '', second = ''] = ids
  sessions.find(first)
  sessions.create('admin')
  expect(sessions.find(second)).toBeNull()
  expect(sessions.find(first)?.user).toBe('admin')
})

it('ends with all others of its account', () => {
  const sessions = createSessions(manualClock())
  const [one, other] = [sessions.create('one'), sessions.create('other')]
  sessions.endAll('one')
  expect(sessions.find(one.id)).toBeNull()
  expect(sessions.find(other.id)?.csrf).toBe(other.session.csrf)
})
