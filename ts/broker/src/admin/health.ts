/** Whether the process lives, has started, can be given work, and whether all is well with what it holds. */
import { type CanaryFigures, isWell } from '../canary/rounds.ts'
import type { DirectoryFailure, DirectoryRoom, RecoveryProgress } from '../engine/native.ts'
import type { BrokerState, BrokerStatus } from './status.ts'

export interface Check {
  readonly name: string
  readonly ok: boolean
  readonly why: string
}

export interface Health {
  readonly ok: boolean
  readonly state: BrokerState
  readonly checks: readonly Check[]
  readonly recovery?: Readonly<Record<string, string | number>>
}

/** What a running broker is looked at for. */
export interface Vitals {
  readonly directories: number
  readonly failures: readonly DirectoryFailure[]
  readonly rooms: readonly DirectoryRoom[]
  readonly leaderless: number
  readonly underReplicated: number
  readonly rangesLost: number
  /** Null where it is off. */
  readonly canary: Pick<CanaryFigures, 'failure' | 'hour'> | null
}

const words: Readonly<Record<BrokerState, string>> = {
  starting: 'the broker starts',
  recovering: 'the last stop was not in order: logs are recovered',
  running: 'the broker serves',
  stopping: 'the broker stops',
}

/** That it is answered says it all. */
export const liveness = ({ state }: BrokerStatus): Health => ({ ok: true, state, checks: [] })

export const startup = (status: BrokerStatus): Health =>
  told(status, [
    { name: 'started', ok: status.state === 'running' || status.state === 'stopping', why: words[status.state] },
  ])

/** Ready is who serves clients: a full disk refuses producers alone, so it is no reason to take the broker away from all. */
export const readiness = (status: BrokerStatus, vitals: Vitals | null): Health => {
  const checks = [{ name: 'serving', ok: status.state === 'running', why: words[status.state] }]
  if (vitals !== null) {
    const failed = vitals.failures.length
    checks.push({
      name: 'storage',
      ok: failed < vitals.directories,
      why: `${vitals.directories - failed} of ${vitals.directories} data directories are in service`,
    })
  }
  return told(status, checks)
}

export const health = (status: BrokerStatus, vitals: Vitals | null): Health => {
  const { checks } = readiness(status, vitals)
  return told(status, vitals === null ? checks : [...checks, ...conditions(vitals)])
}

const conditions = ({ failures, rooms, leaderless, underReplicated, rangesLost, canary }: Vitals): readonly Check[] => [
  {
    name: 'directories',
    ok: failures.length === 0,
    why: failures.length === 0 ? 'none has failed' : failures.map(({ path, why }) => `${path}: ${why}`).join('; '),
  },
  {
    name: 'room',
    ok: rooms.every(({ isLow }) => !isLow),
    why: rooms.map(({ path, freeBytes }) => `${path}: ${freeBytes} bytes are free`).join('; '),
  },
  count('leaders', leaderless, 'partitions have no leader'),
  count('replicas', underReplicated, 'partitions are under-replicated'),
  count('damage', rangesLost, 'ranges of offsets are lost to damage'),
  ...(canary === null ? [] : [canaryCheck(canary)]),
]

/** The one look from outside: what is wrong elsewhere shows here as what clients feel of it. */
const canaryCheck = ({ failure, hour }: NonNullable<Vitals['canary']>): Check => ({
  name: 'canary',
  ok: isWell({ failure, hour }),
  why:
    `${failure === null ? '' : `${failure}; `}of ${hour.records} records of the last hour ` +
    `${hour.lost} were lost and ${hour.duplicated} came again`,
})

const count = (name: string, found: number, what: string): Check => ({ name, ok: found === 0, why: `${found} ${what}` })

const told = ({ state, recovery }: BrokerStatus, checks: readonly Check[]): Health => ({
  ok: checks.every(({ ok }) => ok),
  state,
  checks,
  ...(state === 'starting' || state === 'recovering' ? { recovery: recoveryTold(recovery) } : {}),
})

const recoveryTold = (progress: RecoveryProgress) => ({
  phase: progress.phase,
  logs: progress.logs,
  logsDone: progress.logsDone,
  bytesToReplay: String(progress.bytesToReplay),
  bytesReplayed: String(progress.bytesReplayed),
  bytesScanned: String(progress.bytesScanned),
  recordsReplayed: String(progress.recordsReplayed),
})
