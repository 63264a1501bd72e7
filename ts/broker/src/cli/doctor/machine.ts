// What of this machine a broker depends on: read from the system, and judged.
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fdatasyncSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { messageOf } from '../../base/errors.ts'
import { fail, type Finding, ok, warn } from './finding.ts'

const FILES_GOOD = 100_000
const FILES_MIN = 4096
const MAPS_GOOD = 262_144
const SWAPPINESS_GOOD = 10
const FREE_GOOD = 0.15
const FREE_MIN = 0.05
const SYNCS = 16
const SYNC_BYTES = 4096
const SYNC_GOOD_MS = 10
const SYNC_BAD_MS = 100

export const checkMachine = (): readonly Finding[] => [
  checkFiles(),
  checkMaps(),
  checkSwap(),
  checkHugePages(),
  checkRuntime(),
]

/** Null where the system has no such file. */
const read = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

const notTold = (check: string): Finding => ok(check, 'this system does not say')

/** Of a process; this one has the limits of the shell that it was started from. */
export const checkFiles = (check = 'open files', limits = '/proc/self/limits'): Finding => {
  const [, soft] = /^Max open files\s+(\S+)/m.exec(read(limits) ?? '') ?? []
  if (soft === undefined) return notTold(check)
  const limit = soft === 'unlimited' ? Infinity : Number(soft)
  const what = `a process may open ${soft}`
  if (limit >= FILES_GOOD) return ok(check, what)
  const fix = `ulimit -n ${FILES_GOOD}, or LimitNOFILE=${FILES_GOOD} of systemd`
  return limit < FILES_MIN ? fail(check, what, fix) : warn(check, what, fix)
}

const checkMaps = (): Finding => {
  const check = 'memory maps'
  const text = read('/proc/sys/vm/max_map_count')
  if (text === null) return notTold(check)
  const what = `vm.max_map_count is ${text.trim()}`
  return Number(text) >= MAPS_GOOD ? ok(check, what) : warn(check, what, `sysctl -w vm.max_map_count=${MAPS_GOOD}`)
}

const checkSwap = (): Finding => {
  const check = 'swap'
  const devices = (read('/proc/swaps') ?? '').trim().split('\n').length - 1
  if (devices < 1) return ok(check, 'there is none')
  const swappiness = Number(read('/proc/sys/vm/swappiness') ?? 0)
  const what = `on, vm.swappiness is ${swappiness}`
  return swappiness <= SWAPPINESS_GOOD
    ? ok(check, what)
    : warn(check, what, 'sysctl -w vm.swappiness=1: a broker that is swapped out stalls')
}

const checkHugePages = (): Finding => {
  const check = 'huge pages'
  const [, mode] = /\[(\w+)\]/.exec(read('/sys/kernel/mm/transparent_hugepage/enabled') ?? '') ?? []
  if (mode === undefined) return notTold(check)
  if (mode !== 'always') return ok(check, `transparent huge pages: ${mode}`)
  return warn(check, 'transparent huge pages: always', 'echo madvise > /sys/kernel/mm/transparent_hugepage/enabled')
}

const checkRuntime = (): Finding => {
  const check = 'runtime'
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } }
  const glibc = report.header?.glibcVersionRuntime
  const what = `Node ${process.versions.node}, glibc ${glibc ?? 'none'}, ${process.arch}`
  return glibc === undefined
    ? fail(check, what, 'the engine is built for glibc: use an image of Debian, not of Alpine')
    : ok(check, what)
}

/** Room, rights, and how long the disk takes until something is on it. */
export const checkDirectory = (directory: string): readonly Finding[] => {
  const check = `data in ${directory}`
  let place = resolve(directory)
  while (!existsSync(place)) place = dirname(place)
  try {
    accessSync(place, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    return [fail(check, messageOf(error), `chown or chmod ${place} for the user that runs the broker`)]
  }
  return [checkRoom(check, place), checkSync(check, place), checkScheduler(check, place)]
}

const checkRoom = (check: string, place: string): Finding => {
  const { blocks, bavail, bsize } = statfsSync(place)
  const part = blocks === 0 ? 1 : bavail / blocks
  const what = `${((bavail * bsize) / 1e9).toFixed(1)} GB free, ${(part * 100).toFixed(0)} %`
  if (part >= FREE_GOOD) return ok(check, what)
  return (part < FREE_MIN ? fail : warn)(
    check,
    what,
    'make room, or shorten log.retention.hours or log.retention.bytes',
  )
}

const BLOCK_DEVICES = '/sys/dev/block'
/** They pass requests on as they come, or bound how long one waits. */
const SCHEDULERS_GOOD: ReadonlySet<string> = new Set(['none', 'noop', 'mq-deadline', 'deadline', 'kyber'])

/** How the system orders what goes to the disk under `place`. */
export const checkScheduler = (check: string, place: string, devices = BLOCK_DEVICES): Finding => {
  const found = queueOf(place, devices)
  if (found === null) return ok(check, 'the system does not say how its disk is scheduled')
  const { disk, scheduler } = found
  const what = `requests to ${disk} are scheduled by ${scheduler}`
  if (SCHEDULERS_GOOD.has(scheduler)) return ok(check, what)
  return warn(check, what, `it lets a sync wait behind others: echo mq-deadline > /sys/block/${disk}/queue/scheduler`)
}

const queueOf = (place: string, devices: string): { readonly disk: string; readonly scheduler: string } | null => {
  let device: string
  try {
    device = realpathSync(join(devices, deviceId(place)))
  } catch {
    return null
  }
  // A partition has no queue of its own.
  for (const disk of [device, dirname(device)]) {
    const text = read(join(disk, 'queue', 'scheduler'))
    if (text !== null) return { disk: basename(disk), scheduler: /\[(\S+)\]/.exec(text)?.[1] ?? text.trim() }
  }
  return null
}

/** Major and minor number, which the C library keeps in one. */
export const deviceId = (place: string): string => {
  const { dev } = statSync(place, { bigint: true })
  const major = ((dev >> 32n) & 0xffff_f000n) | ((dev >> 8n) & 0xfffn)
  const minor = ((dev >> 12n) & 0xffff_ff00n) | (dev & 0xffn)
  return `${major}:${minor}`
}

const checkSync = (check: string, place: string): Finding => {
  const path = join(place, `.millrace-doctor-${process.pid}`)
  try {
    const times = timedSyncs(path)
    const median = times[times.length >> 1] ?? 0
    const what = `a sync takes ${median.toFixed(1)} ms, at most ${(times.at(-1) ?? 0).toFixed(1)} ms of ${SYNCS}`
    if (median <= SYNC_GOOD_MS) return ok(check, what)
    const fix = 'every acknowledgement waits for one: use a faster disk, or flush.messages where losing some is fine'
    return (median > SYNC_BAD_MS ? fail : warn)(check, what, fix)
  } catch (error) {
    return fail(check, messageOf(error), 'see what the system says about this disk: dmesg')
  } finally {
    rmSync(path, { force: true })
  }
}

/** Milliseconds, the shortest first. */
const timedSyncs = (path: string): readonly number[] => {
  const file = openSync(path, 'wx', 0o600)
  try {
    const block = Buffer.alloc(SYNC_BYTES, 1)
    return Array.from({ length: SYNCS }, () => {
      const started = performance.now()
      writeSync(file, block)
      fdatasyncSync(file)
      return performance.now() - started
    }).sort((left, right) => left - right)
  } finally {
    closeSync(file)
  }
}
