// `millrace stop`: the broker on this machine is told to stop, as by a signal from whoever started it, and waited for.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../base/errors.ts'
import { readStartUp } from '../configs/start-up.ts'
import { parseDuration } from './duration.ts'
import { exitCode } from './exit-codes.ts'
import { Failure } from './failure.ts'
import { holderOf, isRunning, type ProcessMark, readMark } from './process-mark.ts'
import { interruptible } from './session.ts'
import { readSources } from './sources.ts'
import type { Terminal } from './terminal.ts'
import { waitingOf } from './waiting.ts'

export interface StopOptions {
  readonly override: readonly string[]
  readonly timeout: string
}

const LOOK_EVERY_MS = 50
/** What the engine writes last of all. */
const CLEAN_MARK = '.kafka_cleanshutdown'

/** Throws a Failure where there is none, where it does not end in time, and where it did not end in order. */
export const stop = async (
  terminal: Terminal,
  path: string | undefined,
  { override, timeout }: StopOptions,
): Promise<number> => {
  const patienceMs = parseDuration(timeout)
  const { logDirs } = readStartUp(readSources(path, override, terminal.environment)).config
  const broker = runningOn(logDirs)
  signal(broker)
  const over = waitingOf(terminal)(`end of process ${broker.pid}`)
  const ended = await interruptible(async ({ within }) => {
    const deadline = performance.now() + patienceMs
    while (isRunning(broker)) {
      if (await within(LOOK_EVERY_MS)) return false
      if (performance.now() > deadline)
        throw new Failure('unreachable', `process ${broker.pid} has not ended within ${timeout}; it is still told to`, {
          next: `its log says what it waits for; kill -KILL ${broker.pid} ends it, and the next start recovers`,
        })
    }
    return true
  }).finally(over)
  if (!ended) {
    terminal.note(`process ${broker.pid} goes on stopping`)
    return exitCode('interrupted')
  }
  const unmarked = logDirs.filter((directory) => !existsSync(join(directory, CLEAN_MARK)))
  if (unmarked.length > 0)
    throw new Failure('failure', `the broker stopped, and not in order: ${unmarked.join(', ')}`, {
      next: 'its log says why; the next start recovers what was acknowledged',
    })
  terminal.note('the broker stopped')
  return exitCode('ok')
}

const runningOn = (logDirs: readonly string[]): ProcessMark => {
  const mark = readMark(logDirs)
  if (mark !== null && isRunning(mark)) return mark
  const where = logDirs.join(', ')
  const holder = holderOf(logDirs)
  if (holder !== null)
    throw new Failure(
      'unreachable',
      `process ${holder} has ${where} open, and is no broker that serves: it still starts, or is another program`,
      { next: `ps -p ${holder} -f says what it is; kill ${holder} tells it to stop` },
    )
  if (mark !== null)
    throw new Failure('unreachable', `no broker on ${where} is seen from here: it was killed, or is elsewhere`, {
      next: 'stop it where it was started: in its container, on its machine',
    })
  throw new Failure('unreachable', `no broker runs on ${where}`, {
    next: 'name its configuration, or its data with --override log.dirs=<dir>',
  })
}

const signal = ({ pid }: ProcessMark): void => {
  try {
    process.kill(pid, 'SIGTERM')
  } catch (error) {
    throw new Failure('denied', `process ${pid} cannot be told: ${messageOf(error)}`, {
      next: 'stop it as the user that started it',
      cause: error,
    })
  }
}
