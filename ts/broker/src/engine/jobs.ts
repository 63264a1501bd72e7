/** Long work in the background, as whoever runs a broker sees it. */
import type { Clock, Timer } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { CompactionRound, RecoveryProgress, Removal } from './native.ts'

export interface Job {
  readonly id: string
  /** `removal` is of segments that retention, DeleteRecords or compaction gave up. */
  readonly kind: 'compaction' | 'removal' | 'topicDeletion' | 'recovery'
  /** Null where it is of the whole broker. */
  readonly topic: string | null
  /** Null where it is of all partitions. */
  readonly partition: number | null
  /** A removal waits for `file.delete.delay.ms`, and for its turn. */
  readonly state: 'waiting' | 'running' | 'done' | 'interrupted' | 'failed'
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** Null before. */
  readonly endedAt: number | null
  /** Read by a compaction or a recovery, removed by the others. */
  readonly bytesDone: number
  /** What that comes to at most. */
  readonly bytesTotal: number
  /** By a compaction. */
  readonly bytesWritten: number
  /** Milliseconds for which `log.cleaner.io.max.bytes.per.second` held a compaction back. */
  readonly heldBackMs: number
  /** Why it failed, where that is known. */
  readonly why: string | null
}

export interface Jobs {
  /** Those under way, then those that ended last, the newest first: some hundreds at most. */
  list(): readonly Job[]
}

/** Where jobs are seen. */
export interface JobSources {
  compactions(): readonly CompactionRound[]
  removals(): readonly Removal[]
}

/** The recovery at the start of the broker. */
export interface PastRecovery {
  readonly progress: RecoveryProgress
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly endedAt: number
}

export const createJobs = (sources: JobSources, recovery: PastRecovery): Jobs => {
  const recovered = recovery.progress.logs > 0 ? [recoveryJob(recovery)] : []
  return {
    list: () => {
      const jobs = [...sources.compactions().map(compactionJob), ...sources.removals().map(removalJob), ...recovered]
      const ended = jobs.filter(({ endedAt }) => endedAt !== null)
      const newestFirst = ended.toSorted((one, other) => (other.endedAt ?? 0) - (one.endedAt ?? 0))
      return [...jobs.filter(({ endedAt }) => endedAt === null), ...newestFirst]
    },
  }
}

const compactionJob = (round: CompactionRound): Job => ({
  id: `compaction-${round.number}`,
  kind: 'compaction',
  topic: round.topic,
  partition: round.partition,
  state: round.state as Job['state'],
  startedAt: round.startedAt,
  endedAt: round.endedAt ?? null,
  bytesDone: round.bytesRead,
  bytesTotal: round.bytesTotal,
  bytesWritten: round.bytesWritten,
  heldBackMs: Math.round(round.heldBackMs),
  why: round.why ?? null,
})

const removalJob = (removal: Removal): Job => {
  const kind = removal.partition === undefined ? 'topicDeletion' : 'removal'
  return {
    id: `${kind}-${removal.number}`,
    kind,
    topic: removal.topic,
    partition: removal.partition ?? null,
    state: removal.state as Job['state'],
    startedAt: removal.startedAt,
    endedAt: removal.endedAt ?? null,
    bytesDone: removal.bytesRemoved,
    bytesTotal: removal.bytesTotal,
    bytesWritten: 0,
    heldBackMs: 0,
    why: removal.state === 'failed' ? 'some of it could not be removed; the next start does it' : null,
  }
}

const recoveryJob = ({ progress, startedAt, endedAt }: PastRecovery): Job => ({
  id: 'recovery',
  kind: 'recovery',
  topic: null,
  partition: null,
  state: 'done',
  startedAt,
  endedAt,
  bytesDone: progress.bytesScanned + progress.bytesReplayed,
  bytesTotal: progress.bytesScanned + progress.bytesToReplay,
  bytesWritten: 0,
  heldBackMs: 0,
  why: null,
})

const LOOK_MS = 5000
/** Shorter ones are nobody's concern. */
const LONG_MS = 10_000

/** A line when a compaction turns out to be long, and one at its end: others wait most of their time. Answers how to stop that. */
export const tellOfJobs = (jobs: Jobs, clock: Clock, logger: Logger): (() => void) => {
  let timer: Timer | undefined
  const told = new Set<string>()
  const look = (): void => {
    for (const job of jobs.list().filter(({ kind }) => kind === 'compaction')) {
      const { id, kind, topic, partition, bytesDone, bytesTotal, bytesWritten, state } = job
      const isLong = (job.endedAt ?? clock.now()) - job.startedAt >= LONG_MS
      if (job.endedAt === null) {
        if (!isLong || told.has(id)) continue
        told.add(id)
        logger.info({ topic, partition, bytesDone, bytesTotal }, `${kind} is under way`)
      } else if (told.delete(id)) {
        const seconds = (job.endedAt - job.startedAt) / 1000
        logger.info({ topic, partition, seconds, bytesDone, bytesWritten, state }, `${kind} has ended`)
      }
    }
    timer = clock.after(LOOK_MS, look)
  }
  look()
  return () => timer?.cancel()
}
