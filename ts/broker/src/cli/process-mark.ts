// Which process runs the broker of a data directory, told from a later one with the same number: nobody is to stop that.
import { readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export interface ProcessMark {
  readonly pid: number
  /** By the clock of the kernel; null where the system does not say. */
  readonly startedAt: string | null
}

const NAME = 'broker.process'
/** The engine's, held while it has the directory open. */
const LOCK = '.lock'

export const markOf = (pid: number): ProcessMark => ({ pid, startedAt: startOf(pid) })

/** Seen from here: the same number in another container is another process. */
export const isRunning = ({ pid, startedAt }: ProcessMark): boolean => startedAt !== null && startOf(pid) === startedAt

/** Throws what the system says. */
export const writeMark = (directory: string, mark: ProcessMark): void =>
  writeFileSync(join(directory, NAME), `${JSON.stringify(mark)}\n`)

/** Takes away the own one: once the directory was given back, another broker's may be there. */
export const removeMark = (directory: string, { pid }: ProcessMark): void => {
  if (readMark([directory])?.pid === pid) rmSync(join(directory, NAME), { force: true })
}

/** Null where no `millrace start` runs on these directories; one that was killed leaves its mark. */
export const readMark = (directories: readonly string[]): ProcessMark | null => {
  for (const directory of directories) {
    try {
      return JSON.parse(readFileSync(join(directory, NAME), 'utf8')) as ProcessMark
    } catch {
      continue
    }
  }
  return null
}

/** The process that has one of these directories open, be it a broker or not; null where none is seen from here. */
export const holderOf = (directories: readonly string[]): number | null => {
  const locks = new Set(directories.map((directory) => resolve(directory, LOCK)))
  const holds = (pid: string): boolean =>
    entriesOf(`/proc/${pid}/fd`).some((file) => locks.has(targetOf(`/proc/${pid}/fd/${file}`)))
  const holder = entriesOf('/proc').find((entry) => /^\d+$/.test(entry) && holds(entry))
  return holder === undefined ? null : Number(holder)
}

/** None of what is gone by now, or another user's. */
const entriesOf = (directory: string): readonly string[] => {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

const targetOf = (link: string): string => {
  try {
    return readlinkSync(link)
  } catch {
    return ''
  }
}

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
