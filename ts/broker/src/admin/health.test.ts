import { expect, it } from 'vitest'
import type { RecoveryProgress } from '../engine/native.ts'
import { health, liveness, readiness, startup, type Vitals } from './health.ts'
import type { BrokerState, BrokerStatus } from './status.ts'

const recovery: RecoveryProgress = {
  phase: 'recovering',
  logs: 8,
  logsDone: 3,
  bytesScanned: 1,
  bytesToReplay: 100,
  bytesReplayed: 40,
  recordsReplayed: 2,
}
const at = (state: BrokerState): BrokerStatus => ({ state, recovery })

const well: Vitals = {
  directories: 2,
  failures: [],
  rooms: [],
  leaderless: 0,
  underReplicated: 0,
  rangesLost: 0,
  canary: null,
}

it('lives in every state', () => {
  for (const state of ['starting', 'recovering', 'running', 'stopping'] as const) {
    expect(liveness(at(state)).ok).toBe(true)
  }
})

it('is not ready while it recovers, and says how far it is', () => {
  const told = readiness(at('recovering'), null)
  expect(told).toMatchObject({
    ok: false,
    recovery: { phase: 'recovering', logs: 8, logsDone: 3, bytesReplayed: '40' },
  })
  expect(startup(at('recovering')).ok).toBe(false)
})

it('is ready while it runs, started and not ready while it stops', () => {
  expect(readiness(at('running'), well)).toMatchObject({ ok: true })
  expect(readiness(at('running'), well)).not.toHaveProperty('recovery')
  expect(readiness(at('stopping'), well).ok).toBe(false)
  expect(startup(at('stopping')).ok).toBe(true)
})

it('is ready with one of two directories, and not with none', () => {
  const one = { path: '/a', why: 'it broke' }
  expect(readiness(at('running'), { ...well, failures: [one] }).ok).toBe(true)
  expect(readiness(at('running'), { ...well, failures: [one, one] }).ok).toBe(false)
})

it('is unhealthy for each of what can be wrong, and names it', () => {
  const room = { path: '/a', freeBytes: 5, softLimitBytes: 10, hardLimitBytes: 1, isLow: true, isFull: false }
  const wrong: readonly [string, Partial<Vitals>][] = [
    ['directories', { failures: [{ path: '/a', why: 'it broke' }] }],
    ['room', { rooms: [room] }],
    ['leaders', { leaderless: 1 }],
    ['replicas', { underReplicated: 1 }],
    ['damage', { rangesLost: 1 }],
  ]
  expect(health(at('running'), well).ok).toBe(true)
  for (const [name, change] of wrong) {
    const told = health(at('running'), { ...well, ...change })
    expect(told.checks.filter(({ ok }) => !ok).map((check) => check.name)).toEqual([name])
  }
})
