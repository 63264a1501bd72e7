/** The recovery after a stop that was not in order: how far it is, and what the log says of it. */
import type { Clock, Timer } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import { loadNative, type NativeRecovery, type RecoveryProgress } from './native.ts'

/** How often it is looked whether there is something to do, and how often it is told while it lasts. */
const LOOK_MS = 50
const TELL_MS = 2000

/** Who asks whether a broker is ready is answered from this: `phase` is `done` once its logs are served. */
export interface Recovery {
  progress(): RecoveryProgress
}

/** To be handed to an engine that opens. */
export const createRecovery = (): NativeRecovery => new (loadNative().Recovery)()

/** Tells when there turns out to be something to do and how far it is; a call of what it answers says that it ended. */
export const tellOfRecovery = (recovery: Recovery, clock: Clock, logger: Logger): ((damaged: number) => void) => {
  const began = clock.monotonic()
  let toldAt: number | undefined
  let timer: Timer | undefined

  const look = (): void => {
    const now = clock.monotonic()
    const progress = recovery.progress()
    if (progress.phase === 'recovering' && progress.logs > 0 && (toldAt === undefined || now - toldAt >= TELL_MS)) {
      const what = toldAt === undefined ? 'the last stop was not in order: recovering' : 'recovering'
      toldAt = now
      logger.info(fieldsOf(progress), what)
    }
    timer = clock.after(LOOK_MS, look)
  }
  look()
  return (damaged) => {
    timer?.cancel()
    const { logs, recordsReplayed, bytesReplayed, bytesScanned } = recovery.progress()
    if (logs === 0) return
    const seconds = (clock.monotonic() - began) / 1000
    logger.info({ logs, bytesReplayed, recordsReplayed, bytesScanned, seconds, damaged }, 'recovered')
    if (damaged > 0)
      logger.warn({ damaged }, 'records are lost: with the broker stopped, `millrace log verify` says which')
  }
}

const fieldsOf = ({ logs, logsDone, bytesToReplay, bytesReplayed, bytesScanned }: RecoveryProgress) => ({
  logs,
  logsDone,
  bytesToReplay,
  bytesReplayed,
  bytesScanned,
})
