// Everything a test starts or creates outside its process is registered here, so that it goes away whatever happens: on a normal
// end, on SIGINT, and (through the reaper, a small process that outlives this one) when this process is killed.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { harness } from './paths.ts'

const children = new Set<ChildProcess>()
const directories = new Set<string>()
let reaper: ChildProcess | undefined

export const watchProcess = (child: ChildProcess): void => {
  const { pid } = child
  if (pid === undefined) return
  children.add(child)
  tell(`pid ${pid}`)
  child.once('exit', () => {
    children.delete(child)
    tell(`gone ${pid}`)
  })
}

/** A fresh directory that is removed by `removeDirectory`, or at the latest when this process ends. */
export const temporaryDirectory = (name: string): string => {
  const path = mkdtempSync(join(tmpdir(), `millrace-${name}-`))
  directories.add(path)
  tell(`dir ${path}`)
  return path
}

export const removeDirectory = (path: string): void => {
  rmSync(path, { recursive: true, force: true, maxRetries: 5 })
  if (directories.delete(path)) tell(`removed ${path}`)
}

const tell = (line: string): void => {
  if (reaper === undefined) {
    // Detached: a Ctrl-C in the terminal must not reach it before its work is done.
    reaper = spawn(process.execPath, [join(harness, 'reaper.mjs')], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    reaper.unref()
    const { stdin } = reaper
    if (stdin !== null && 'unref' in stdin && typeof stdin.unref === 'function') stdin.unref()
    process.once('exit', cleanUp)
    // The runner is gone: what this process still waits for is of no use to anyone.
    process.once('disconnect', () => process.exit(1))
  }
  reaper.stdin?.write(`${line}\n`)
}

const cleanUp = (): void => {
  for (const child of children) child.kill('SIGKILL')
  for (const path of directories) rmSync(path, { recursive: true, force: true, maxRetries: 5 })
}
