// One process at a time does something that several test files may want at once. The lock is a directory that names its owner; the
// lock of an owner that died is taken over.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from './eventually.ts'

const WAIT_MAX_MS = 900_000

export const exclusively = async <T>(lock: string, work: () => Promise<T>): Promise<T> => {
  await eventually(`the lock ${lock}`, () => take(lock), { timeoutMs: WAIT_MAX_MS, intervalMs: 100 })
  try {
    return await work()
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

const take = (lock: string): true | undefined => {
  try {
    mkdirSync(lock)
    writeFileSync(join(lock, 'owner'), String(process.pid))
    return true
  } catch {
    if (!isAlive(ownerOf(lock))) rmSync(lock, { recursive: true, force: true })
    return undefined
  }
}

const ownerOf = (lock: string): number => {
  try {
    return Number(readFileSync(join(lock, 'owner'), 'utf8'))
  } catch {
    // Between the making of the directory and the writing of its owner.
    return process.pid
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
