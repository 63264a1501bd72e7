// `millrace start`: a broker in this process, from the first signal stopped in order, from the second at once.
import { messageOf } from '../base/errors.ts'
import { createLogger, type Logger, prettyDestination } from '../base/logger.ts'
import { showAddress } from '../client/address.ts'
import { type BrokerConfig, readStartUp, withoutEffectLine } from '../configs/start-up.ts'
import { type BrokerNode, openNode } from '../node.ts'
import { FIRST_ACCOUNT } from '../security/accounts.ts'
import { markOf, type ProcessMark, removeMark, writeMark } from './process-mark.ts'
import { readSources } from './sources.ts'
import { startFailure } from './start-failure.ts'
import { supervisorOf } from './supervisor.ts'
import type { Terminal } from './terminal.ts'

const SIGNALS = ['SIGTERM', 'SIGINT'] as const
/** What a shell shows for a process that a signal ended. */
const KILLED = 143

const levels = { quiet: 'warn', usual: 'info', verbose: 'debug' } as const

const loggerFor = async (terminal: Terminal): Promise<Logger> => {
  const level = levels[terminal.loudness()]
  return createLogger(terminal.interactive ? { level, destination: await prettyDestination() } : { level })
}

/** Runs a broker; resolves with 0 once it has stopped in order, with 1 if it could not start or stop. Throws INVALID_CONFIG. */
export const start = async (
  terminal: Terminal,
  path: string | undefined,
  overrides: readonly string[],
): Promise<number> => {
  const { config, warnings, withoutEffect } = readStartUp(readSources(path, overrides, terminal.environment))
  const logger = await loggerFor(terminal)
  const idle = withoutEffectLine(withoutEffect)
  for (const warning of [...warnings, ...(idle === null ? [] : [idle])]) logger.child('config').warn({}, warning)

  const supervisor = supervisorOf(terminal.environment, logger)
  const told = stopSignal(logger)
  let node: BrokerNode
  try {
    node = await openNode(config, logger)
  } catch (error) {
    const where = terminal.loudness() === 'verbose' ? { err: error } : {}
    logger.error(where, `the broker could not start: ${startFailure(error)}`)
    return 1
  }
  tellStarted(terminal, logger, config, node)
  const [directory = '.'] = config.logDirs
  const mark = markOf(process.pid)
  leaveMark(directory, mark, logger)
  supervisor.ready(`serving ${node.listeners.map(({ name, host, port }) => `${name} ${host}:${port}`).join(', ')}`)
  await told
  supervisor.stopping()
  const failures = await node.stop()
  removeMark(directory, mark)
  if (failures.length === 0) {
    logger.info({}, 'broker stopped')
    return 0
  }
  const what = 'broker stopped, and not in order: what was acknowledged is recovered at the next start'
  logger.error({ why: failures }, what)
  return 1
}

const ONCE = 'shown this once: millrace admin reset-password makes another'

const tellStarted = (terminal: Terminal, logger: Logger, config: BrokerConfig, node: BrokerNode): void => {
  const password = node.console?.firstPassword ?? null
  const isForPerson = terminal.interactive
  // Also where only what may be wrong is logged: there is no second time.
  if (password !== null && !isForPerson)
    logger.warn({ user: FIRST_ACCOUNT, password }, `the console has an account now, with a password ${ONCE}`)
  logger.info(isForPerson ? {} : node.summary, 'broker started')
  if (isForPerson && (password !== null || terminal.loudness() !== 'quiet')) terminal.print(welcome(config, node))
}

/** Where a person goes next. */
const welcome = ({ admin }: BrokerConfig, { listeners, console, summary }: BrokerNode): string => {
  const password = console?.firstPassword ?? null
  const place = console?.url ?? (admin === null ? 'none, as admin.listener says' : 'none, as its port is taken')
  const login =
    password === null
      ? [`log in    ${FIRST_ACCOUNT}; millrace admin reset-password makes another password`]
      : [`log in    ${FIRST_ACCOUNT}, password ${password}`, `          (${ONCE})`]
  return [
    '',
    `clients   ${listeners.map(showAddress).join(', ')}`,
    `console   ${place}`,
    ...(console === null ? [] : login),
    `data      ${summary.data.join(', ')}`,
    `          ${summary.durability}`,
    'stop      Ctrl-C',
    '',
  ].join('\n')
}

const leaveMark = (directory: string, mark: ProcessMark, logger: Logger): void => {
  try {
    writeMark(directory, mark)
  } catch (error) {
    logger.warn({ why: messageOf(error) }, 'millrace stop will not find this broker: a signal stops it')
  }
}

const stopSignal = async (logger: Logger): Promise<void> =>
  new Promise((resolve) => {
    let signals = 0
    const heard = (signal: NodeJS.Signals): void => {
      signals += 1
      if (signals > 1) process.exit(KILLED)
      logger.info({ signal }, 'stopping; a second signal ends this at once')
      resolve()
    }
    for (const signal of SIGNALS) process.on(signal, heard)
  })
