// What the system knows of a running process.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

export const residentBytes = (pid: number): number => {
  const [, kibibytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kibibytes) * 1024
}

/** Everything a process holds open: paths, sockets, pipes. A file that is deleted and still held says so. */
export const openDescriptors = (pid: number): readonly string[] => {
  const directory = `/proc/${pid}/fd`
  return readdirSync(directory).flatMap((descriptor) => {
    try {
      return [readlinkSync(join(directory, descriptor))]
    } catch {
      return [] // Closed meanwhile.
    }
  })
}
