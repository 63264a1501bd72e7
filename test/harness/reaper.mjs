// Cleans up after a test process that dies without a chance to (SIGKILL, a crash of the runner). It reads "pid N", "gone N",
// "dir PATH" and "removed PATH" lines; when its standard input ends, it kills what is left and removes the directories.
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'

const pids = new Set()
const directories = new Set()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const at = line.indexOf(' ')
    const value = line.slice(at + 1)
    const verbs = {
      pid: () => pids.add(Number(value)),
      gone: () => pids.delete(Number(value)),
      dir: () => directories.add(value),
      removed: () => directories.delete(value),
    }
    verbs[line.slice(0, at)]?.()
  })
  .on('close', () => {
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It ended by itself.
      }
    }
    for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  })
