// What systemd is told (`sd_notify`): that the broker serves, that it stops, and in between that it is alive.
import { messageOf } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import { loadNative } from '../engine/native.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface Supervisor {
  /** `status` is what `systemctl status` shows. */
  ready(status: string): void
  stopping(): void
}

const US_PER_MS = 1000
/** In the time after which a process that says nothing is taken for dead. */
const BEATS = 2

/** Says nothing where nobody asked for it. What cannot be told is a warning. */
export const supervisorOf = (environment: Environment, logger: Logger): Supervisor => {
  const socket = environment['NOTIFY_SOCKET'] ?? ''
  const tell = (assignments: string): void => {
    if (socket === '') return
    try {
      loadNative().notifySupervisor(socket, assignments)
    } catch (error) {
      logger.warn({}, `NOTIFY_SOCKET ${socket}: ${messageOf(error)}`)
    }
  }
  return {
    ready(status) {
      tell(`READY=1\nSTATUS=${status}`)
      const beatMs = beatOf(environment)
      // From the event loop: that is what would be dead.
      if (socket !== '' && beatMs !== null) setInterval(() => tell('WATCHDOG=1'), beatMs).unref()
    },
    stopping: () => tell('STOPPING=1\nSTATUS=stopping'),
  }
}

/** Null where nobody waits for it, or it is about another process. */
const beatOf = ({ WATCHDOG_USEC: us, WATCHDOG_PID: pid = String(process.pid) }: Environment): number | null => {
  const ms = Math.floor(Number(us) / US_PER_MS / BEATS)
  return ms > 0 && Number(pid) === process.pid ? ms : null
}
