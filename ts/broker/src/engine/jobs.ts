/** Long work in the background, as whoever runs a broker sees it. Today that is rounds of compaction. */
import type { Clock, Timer } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { CompactionRound } from './native.ts'

export interface Job {
  readonly id: string
  readonly kind: 'compaction'
  /** What it works on: a partition as its directory is named. */
  readonly subject: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** Null while it runs. */
  readonly endedAt: number | null
  readonly state: 'running' | 'done' | 'interrupted' | 'failed'
  readonly bytesRead: number
  /** What it reads at most. */
  readonly bytesTotal: number
  readonly bytesWritten: number
  /** Why it failed. */
  readonly why: string | null
}

export interface Jobs {
  /** Those under way, then those that ended last, the newest first. */
  list(): readonly Job[]
}

export const createJobs = (compactions: () => readonly CompactionRound[]): Jobs => ({
  list: () => compactions().map(compactionJob),
})

const compactionJob = (round: CompactionRound): Job => ({
  id: `compaction-${round.number}`,
  kind: 'compaction',
  subject: `${round.topic}-${round.partition}`,
  startedAt: round.startedAt,
  endedAt: round.endedAt ?? null,
  state: round.state as Job['state'],
  bytesRead: round.bytesRead,
  bytesTotal: round.bytesTotal,
  bytesWritten: round.bytesWritten,
  why: round.why ?? null,
})

const LOOK_MS = 5000
/** Shorter ones are nobody's concern. */
const LONG_MS = 10_000

/** A line when a job turns out to be long, and one at its end. Answers how to stop that. */
export const tellOfJobs = (jobs: Jobs, clock: Clock, logger: Logger): (() => void) => {
  let timer: Timer | undefined
  const told = new Set<string>()
  const look = (): void => {
    for (const job of jobs.list()) {
      const { id, kind, subject, bytesRead, bytesTotal, bytesWritten, state } = job
      const isLong = (job.endedAt ?? clock.now()) - job.startedAt >= LONG_MS
      if (job.endedAt === null) {
        if (!isLong || told.has(id)) continue
        told.add(id)
        logger.info({ subject, bytesRead, bytesTotal }, `${kind} is under way`)
      } else if (told.delete(id)) {
        const seconds = (job.endedAt - job.startedAt) / 1000
        logger.info({ subject, seconds, bytesRead, bytesWritten, state }, `${kind} has ended`)
      }
    }
    timer = clock.after(LOOK_MS, look)
  }
  look()
  return () => timer?.cancel()
}
