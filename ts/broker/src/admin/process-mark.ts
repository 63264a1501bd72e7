/** A process, told from a later one with the same number: nobody is to stop that. */
import { readFileSync } from 'node:fs'

export interface ProcessMark {
  readonly pid: number
  /** By the clock of the kernel; null where the system does not say. */
  readonly startedAt: string | null
}

export const markOf = (pid: number): ProcessMark => ({ pid, startedAt: startOf(pid) })

/** Seen from here: the same number in another container is another process. */
export const isRunning = ({ pid, startedAt }: ProcessMark): boolean => startedAt !== null && startOf(pid) === startedAt

/** Null where there is none, or where it has ended and its parent has not looked yet. */
const startOf = (pid: number): string | null => {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return null
  }
  // The name of the program may hold spaces and parentheses: what counts begins behind the last of them.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' ? null : (fields[STARTED_AT] ?? null)
}

/** Field 22 of the system's manual, counted from the one behind the state. */
const STARTED_AT = 18
