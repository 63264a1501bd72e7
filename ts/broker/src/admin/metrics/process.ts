/** The process: what every program that Prometheus asks says of itself, and the event loop. */
import { readdirSync } from 'node:fs'
import type { EventLoopUtilization } from 'node:perf_hooks'
import type { Exposition } from './exposition.ts'

const MICROSECONDS = 1e6
const MS_PER_SECOND = 1000

export const writeProcess = (out: Exposition, startedAt: number, loop: EventLoopUtilization): void => {
  const { user, system } = process.cpuUsage()
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage()
  single(out, 'process_cpu_seconds_total', 'counter', 'CPU time of the process.', (user + system) / MICROSECONDS)
  single(out, 'process_resident_memory_bytes', 'gauge', 'Resident memory of the process.', rss)
  single(
    out,
    'process_start_time_seconds',
    'gauge',
    'When it started, in seconds since 1970.',
    startedAt / MS_PER_SECOND,
  )
  single(out, 'process_open_fds', 'gauge', 'Open file descriptors.', openFiles())
  single(out, 'millrace_heap_used_bytes', 'gauge', 'Used heap of the control plane.', heapUsed)
  single(out, 'millrace_heap_size_bytes', 'gauge', 'Heap of the control plane.', heapTotal)
  single(
    out,
    'millrace_external_memory_bytes',
    'gauge',
    'Memory outside the heap that the control plane holds.',
    external,
  )
  const busy = loop.active / MS_PER_SECOND
  single(out, 'millrace_event_loop_busy_seconds_total', 'counter', 'Time that the event loop was busy.', busy)
}

const single = (out: Exposition, name: string, type: 'counter' | 'gauge', help: string, value: number): void => {
  out.family(name, type, help)
  out.sample('', value)
}

const openFiles = (): number => {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return 0
  }
}
