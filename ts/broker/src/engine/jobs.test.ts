import { expect, it } from 'vitest'
import { manualClock } from '../base/clock.ts'
import { type LogFields, type Logger, silentLogger } from '../base/logger.ts'
import { createJobs, tellOfJobs } from './jobs.ts'
import type { CompactionRound } from './native.ts'

const MIB = 1024 ** 2

const round = (number: number, startedAt: number, rest: Partial<CompactionRound> = {}): CompactionRound => ({
  number,
  topicId: 'AQEBAQEBAQEBAQEBAQEBAQ',
  topic: 'orders',
  partition: 3,
  startedAt,
  bytesTotal: 8 * MIB,
  bytesRead: 2 * MIB,
  bytesWritten: MIB,
  state: 'running',
  ...rest,
})

const recording = (): { readonly logger: Logger; readonly lines: (readonly [string, LogFields])[] } => {
  const lines: (readonly [string, LogFields])[] = []
  const logger: Logger = { ...silentLogger, info: (fields, message) => void lines.push([message, fields]) }
  return { logger, lines }
}

it('shows rounds of compaction as jobs', () => {
  const ended = round(1, 5, { endedAt: 9, state: 'failed', why: 'unreadable' })
  const [running, failed] = createJobs(() => [round(2, 7), ended]).list()
  expect(running).toEqual({
    id: 'compaction-2',
    kind: 'compaction',
    subject: 'orders-3',
    startedAt: 7,
    endedAt: null,
    state: 'running',
    bytesRead: 2 * MIB,
    bytesTotal: 8 * MIB,
    bytesWritten: MIB,
    why: null,
  })
  expect(failed).toMatchObject({ id: 'compaction-1', endedAt: 9, state: 'failed', why: 'unreadable' })
})

it('tells of a long one twice and of a short one never', () => {
  const clock = manualClock()
  const { logger, lines } = recording()
  const start = clock.now()
  let rounds = [round(1, start)]
  const stop = tellOfJobs(
    createJobs(() => rounds),
    clock,
    logger,
  )
  clock.advance(5000)
  expect(lines).toEqual([])
  clock.advance(5000)
  clock.advance(5000)
  expect(lines).toEqual([['compaction is under way', { subject: 'orders-3', bytesRead: 2 * MIB, bytesTotal: 8 * MIB }]])
  const short = round(2, start, { endedAt: start + 9999, state: 'done' })
  rounds = [short, round(1, start, { endedAt: start + 16_000, state: 'done', bytesRead: 8 * MIB })]
  clock.advance(5000)
  clock.advance(5000)
  expect(lines.slice(1)).toEqual([
    [
      'compaction has ended',
      { subject: 'orders-3', seconds: 16, bytesRead: 8 * MIB, bytesWritten: MIB, state: 'done' },
    ],
  ])
  stop()
  rounds = [round(3, start)]
  clock.advance(60_000)
  expect(lines).toHaveLength(2)
})
