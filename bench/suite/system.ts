// What the system knows: dirty pages, processor time, memory of a process, and what machine this is.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, tmpdir, totalmem } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { residentBytes } from '@millrace/test/harness/proc.js'
import type { Machine } from './result.ts'

const DIRTY_MAX_BYTES = 50e6
const SETTLE_INTERVAL_MS = 500
const TICKS_PER_SECOND = 100

const kibibytes = (text: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024

/** Whether what was written before is on the disk, after a wait for it: nobody pays for another's writing. */
export const settled = async (seconds: number): Promise<boolean> => {
  const until = performance.now() + seconds * 1000
  for (;;) {
    execFileSync('sync')
    if (kibibytes(readFileSync('/proc/meminfo', 'utf8'), 'Dirty') < DIRTY_MAX_BYTES) return true
    if (performance.now() > until) return false
    await sleep(SETTLE_INTERVAL_MS)
  }
}

/** Takes a file out of memory, after what of it was not yet on the disk is there. */
export const evict = (path: string): void => {
  execFileSync('dd', [`of=${path}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0', 'status=none'])
}

export interface Clock {
  /** Seconds of the machine's processors. */
  readonly busy: number
  readonly stolen: number
  readonly total: number
}

/** The first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal. */
export const machineClock = (stat: string = readFileSync('/proc/stat', 'utf8')): Clock => {
  const [line = ''] = stat.split('\n')
  const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number)
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, softirq = 0, steal = 0] = ticks
  const busy = user + nice + system + irq + softirq
  const seconds = (value: number): number => value / TICKS_PER_SECOND
  return { busy: seconds(busy), stolen: seconds(steal), total: seconds(busy + idle + wait + steal) }
}

/** Share of the time since then that the host gave to others. */
export const stealSince = (then: Clock): number => {
  const now = machineClock()
  const total = now.total - then.total
  return total <= 0 ? 0 : (now.stolen - then.stolen) / total
}

/** Of all threads of a process: `utime` and `stime`, behind a name that may have blanks and brackets. */
export const processorSeconds = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

/** Resident memory, with all that is shared with other processes. */
export const memoryOf = (pid: number): number => kibibytes(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'), 'Rss')

const MEMORY_INTERVAL_MS = 500

export type MemoryCourse = readonly (readonly [seconds: number, bytes: number])[]

/** Resident memory of a process while something else goes on. */
export const watchMemory = async <Value>(
  pid: number,
  work: () => Promise<Value>,
): Promise<{ readonly value: Value; readonly memory: MemoryCourse }> => {
  const from = performance.now()
  const memory: (readonly [number, number])[] = []
  const look = (): void => void memory.push([Math.round(performance.now() - from) / 1000, residentBytes(pid)])
  const timer = setInterval(look, MEMORY_INTERVAL_MS)
  try {
    look()
    return { value: await work(), memory }
  } finally {
    clearInterval(timer)
  }
}

export const thisMachine = (): Machine => {
  const [processor] = cpus()
  const found = execFileSync('findmnt', ['-n', '-o', 'SOURCE,FSTYPE', '-T', tmpdir()], { encoding: 'utf8' })
  const [disk = '', filesystem = ''] = found.trim().split(/\s+/)
  return {
    cpu: processor?.model ?? '',
    cores: cpus().length,
    memoryBytes: totalmem(),
    kernel: release(),
    disk,
    filesystem,
  }
}
