import { expect, test } from 'vitest'
import { manualClock } from '../base/clock.ts'
import { type LogFields, type Logger, silentLogger } from '../base/logger.ts'
import type { RecoveryProgress } from './native.ts'
import { tellOfRecovery } from './recovery.ts'

const NOTHING: RecoveryProgress = {
  phase: 'reading',
  logsDone: 0,
  logs: 0,
  bytesScanned: 0,
  bytesToReplay: 0,
  bytesReplayed: 0,
  recordsReplayed: 0,
}

const watched = () => {
  const clock = manualClock()
  const lines: (readonly [string, LogFields])[] = []
  const line = (fields: LogFields, message: string): void => void lines.push([message, fields])
  const logger: Logger = { ...silentLogger, info: line, warn: line }
  let progress = NOTHING
  const ended = tellOfRecovery({ progress: () => progress }, clock, logger)
  const at = (next: Partial<RecoveryProgress>, afterMs: number): void => {
    progress = { ...progress, ...next }
    clock.advance(afterMs)
  }
  return { clock, lines, ended, at, messages: () => lines.map(([message]) => message) }
}

test('a recovery is told when it begins, now and then, and at its end', () => {
  const { clock, lines, ended, at, messages } = watched()
  at({}, 1000)
  expect(lines).toEqual([])
  at({ phase: 'recovering', logs: 3, bytesToReplay: 500 }, 1000)
  expect(messages()).toEqual(['the last stop was not in order: recovering'])
  expect(lines[0]?.[1]).toMatchObject({ logs: 3, logsDone: 0, bytesToReplay: 500 })
  at({ logsDone: 1, bytesReplayed: 200 }, 4000)
  expect(messages().slice(1)).toEqual(['recovering', 'recovering'])
  at({ phase: 'done', logsDone: 3, bytesReplayed: 500, recordsReplayed: 7 }, 0)
  ended(0)
  expect(lines.slice(3)).toEqual([
    ['recovered', { logs: 3, bytesReplayed: 500, recordsReplayed: 7, bytesScanned: 0, seconds: 6, damaged: 0 }],
  ])
  expect(clock.pendingTimers).toBe(0)
})

test('damage names the command that tells more', () => {
  const { ended, at, messages } = watched()
  at({ phase: 'done', logs: 1 }, 0)
  ended(2)
  expect(messages()).toEqual(['recovered', expect.stringContaining('millrace log verify')])
})

test('a start with nothing to recover says nothing', () => {
  const { clock, lines, ended, at } = watched()
  at({ phase: 'done' }, 100)
  ended(0)
  expect([lines, clock.pendingTimers]).toEqual([[], 0])
})
