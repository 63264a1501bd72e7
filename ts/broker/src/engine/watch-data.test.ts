import { expect, test } from 'vitest'
import { manualClock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import { silentLogger } from '../base/logger.ts'
import type { DirectoryRoom } from './native.ts'
import { watchData } from './watch-data.ts'

const room = (state: 'enough' | 'low' | 'full'): DirectoryRoom => ({
  path: '/data',
  freeBytes: 10,
  softLimitBytes: 20,
  hardLimitBytes: 5,
  isLow: state !== 'enough',
  isFull: state === 'full',
})

test('what happens to directories and disks is told once', () => {
  const clock = manualClock()
  const lines: string[] = []
  const line = (_: unknown, message: string): number => lines.push(message)
  const logger: Logger = { ...silentLogger, info: line, warn: line, error: line }
  let rooms = [room('enough')]
  let failures: { path: string; why: string }[] = []
  let reports = [{ path: '/data/t-0', bytesCut: 1, why: 'torn' }]
  const takeReports = (): typeof reports => {
    const taken = reports
    reports = []
    return taken
  }
  const lost: string[] = []
  const stop = watchData({ rooms: () => rooms, failures: () => failures, takeReports }, clock, logger, {
    directories: 2,
    lost: (why) => void lost.push(why),
  })
  const told = (): string[] => {
    clock.advance(10_000)
    return lines.splice(0)
  }
  expect(told()).toEqual([expect.stringContaining('recovery')])
  rooms = [room('low')]
  expect(told()).toEqual([expect.stringContaining('nearly full: below')])
  rooms = [room('full')]
  expect(told()).toEqual([expect.stringContaining('a disk is full')])
  rooms = [room('low')]
  expect(told()).toEqual([expect.stringContaining('room on a disk again')])
  rooms = [room('enough')]
  expect(told()).toEqual([expect.stringContaining('enough room')])
  failures = [{ path: '/data', why: 'sync: EIO' }]
  expect(told()).toEqual([expect.stringContaining('out of service')])
  expect(told()).toEqual([])
  expect(lost).toEqual([])
  failures = [...failures, { path: '/more', why: 'write: EIO' }]
  expect(told()).toEqual([expect.stringContaining('out of service')])
  expect(told()).toEqual([])
  expect(lost).toEqual(['/data: sync: EIO; /more: write: EIO'])
  stop()
  expect(clock.pendingTimers).toBe(0)
})
