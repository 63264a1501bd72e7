import { expect, it } from 'vitest'
import { manualClock } from '../base/clock.ts'
import { type LogFields, type Logger, silentLogger } from '../base/logger.ts'
import { createJobs, type Jobs, tellOfJobs } from './jobs.ts'
import type { CompactionRound, RecoveryProgress, Removal } from './native.ts'

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
  heldBackMs: 1.5,
  state: 'running',
  ...rest,
})

const removal = (number: number, rest: Partial<Removal> = {}): Removal => ({
  number,
  topic: 'orders',
  startedAt: 7,
  bytesTotal: 8 * MIB,
  bytesRemoved: MIB,
  state: 'running',
  ...rest,
})

const nothing: RecoveryProgress = {
  phase: 'done',
  logs: 0,
  logsDone: 0,
  bytesScanned: 0,
  bytesToReplay: 0,
  bytesReplayed: 0,
  recordsReplayed: 0,
}

const jobsOf = (compactions: () => CompactionRound[], removals: Removal[] = [], progress = nothing): Jobs =>
  createJobs({ compactions, removals: () => removals }, { progress, startedAt: 1, endedAt: 6 })

const recording = (): { readonly logger: Logger; readonly lines: (readonly [string, LogFields])[] } => {
  const lines: (readonly [string, LogFields])[] = []
  const logger: Logger = { ...silentLogger, info: (fields, message) => void lines.push([message, fields]) }
  return { logger, lines }
}

it('shows rounds of compaction as jobs', () => {
  const ended = round(1, 5, { endedAt: 9, state: 'failed', why: 'unreadable' })
  const [running, failed] = jobsOf(() => [round(2, 7), ended]).list()
  expect(running).toEqual({
    id: 'compaction-2',
    kind: 'compaction',
    topic: 'orders',
    partition: 3,
    state: 'running',
    startedAt: 7,
    endedAt: null,
    bytesDone: 2 * MIB,
    bytesTotal: 8 * MIB,
    bytesWritten: MIB,
    heldBackMs: 2,
    why: null,
  })
  expect(failed).toMatchObject({ id: 'compaction-1', endedAt: 9, state: 'failed', why: 'unreadable' })
})

it('shows removals, deletions of topics and the recovery at the start', () => {
  const gone = removal(1, { partition: 2, endedAt: 9, bytesRemoved: 8 * MIB, state: 'done' })
  const recovered = { ...nothing, logs: 4, bytesScanned: 10, bytesToReplay: 20, bytesReplayed: 20 }
  const jobs = jobsOf(() => [round(1, 2, { endedAt: 8, state: 'done' })], [removal(2), gone], recovered)
  expect(jobs.list()).toMatchObject([
    {
      id: 'topicDeletion-2',
      kind: 'topicDeletion',
      topic: 'orders',
      partition: null,
      bytesDone: MIB,
      bytesTotal: 8 * MIB,
    },
    { id: 'removal-1', kind: 'removal', topic: 'orders', partition: 2, state: 'done' },
    { id: 'compaction-1' },
    { id: 'recovery', kind: 'recovery', topic: null, startedAt: 1, endedAt: 6, bytesDone: 30, bytesTotal: 30 },
  ])
})

it('tells of a long one twice and of a short one never', () => {
  const clock = manualClock()
  const { logger, lines } = recording()
  const start = clock.now()
  let rounds = [round(1, start)]
  const stop = tellOfJobs(
    jobsOf(() => rounds),
    clock,
    logger,
  )
  clock.advance(5000)
  expect(lines).toEqual([])
  clock.advance(5000)
  clock.advance(5000)
  expect(lines).toEqual([
    ['compaction is under way', { topic: 'orders', partition: 3, bytesDone: 2 * MIB, bytesTotal: 8 * MIB }],
  ])
  const short = round(2, start, { endedAt: start + 9999, state: 'done' })
  rounds = [short, round(1, start, { endedAt: start + 16_000, state: 'done', bytesRead: 8 * MIB })]
  clock.advance(5000)
  clock.advance(5000)
  expect(lines.slice(1)).toEqual([
    [
      'compaction has ended',
      { topic: 'orders', partition: 3, seconds: 16, bytesDone: 8 * MIB, bytesWritten: MIB, state: 'done' },
    ],
  ])
  stop()
  rounds = [round(3, start)]
  clock.advance(60_000)
  expect(lines).toHaveLength(2)
})
