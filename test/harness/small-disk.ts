// A disk of a few megabytes that only a broker sees: a file system in memory, in a namespace that a small process holds open. It
// needs no rights where users may have namespaces of their own, and goes with that process.
import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { run, type Running, start } from './process.ts'

const MOUNT_POINT = '/mnt'
const NAMESPACE = ['--user', '--map-root-user', '--mount']
const FILLER_BYTES = 1 << 20

export interface SmallDisk {
  /** Where it is for who runs within. */
  readonly path: string
  /** Runs the command behind it where the disk is seen. */
  readonly within: readonly string[]
  readonly freeBytes: () => number
  /** Another program takes all that is left. */
  readonly fill: () => void
  /** It gives that back. */
  readonly drain: () => void
  readonly remove: () => Promise<void>
}

/** Why there can be none here. */
export const missingSmallDisk = async (): Promise<string | undefined> => {
  try {
    await run({ command: 'unshare', args: [...NAMESPACE, 'mount', '-t', 'tmpfs', 'none', MOUNT_POINT] })
    return undefined
  } catch (error) {
    return String(error)
  }
}

export const smallDisk = async (bytes: number): Promise<SmallDisk> => {
  const script = `mount -t tmpfs -o size=${bytes} none ${MOUNT_POINT} && echo mounted && cat`
  const holder: Running = start({ command: 'unshare', args: [...NAMESPACE, 'sh', '-c', script] })
  await holder.line('the disk is mounted', (line) => (line === 'mounted' ? true : undefined))
  const outside = join('/proc', String(holder.pid), 'root', MOUNT_POINT)
  const filler = join(outside, 'filler')
  return {
    path: MOUNT_POINT,
    within: ['nsenter', '--target', String(holder.pid), '--user', '--mount', '--preserve-credentials'],
    freeBytes: () => {
      const { bavail, bsize } = statfsSync(outside)
      return bavail * bsize
    },
    fill: () => {
      const file = openSync(filler, 'a')
      try {
        for (let size = FILLER_BYTES; size >= 1; size = Math.floor(size / 2)) writeAll(file, size)
      } finally {
        closeSync(file)
      }
    },
    drain: () => rmSync(filler),
    remove: () => holder.kill(),
  }
}

/** Pieces of one size, until there is no room for another. */
const writeAll = (file: number, size: number): void => {
  try {
    while (writeSync(file, Buffer.alloc(size)) === size);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  }
}
