// `millrace admin reset-password`: a new password for an account, of a broker that runs or of the data of a stopped one.
import { ApiError } from '../admin/client.ts'
import { passwordProblem } from '../admin/contract/passwords.ts'
import { readToken } from '../admin/token-file.ts'
import { silentLogger } from '../base/logger.ts'
import { type BrokerConfig, readStartUp } from '../configs/start-up.ts'
import { openOffline } from '../node.ts'
import { resetPassword as decideReset } from '../security/accounts.ts'
import { hashPassword, makePassword } from '../security/passwords.ts'
import { askAdmin } from './admin-api.ts'
import { Failure } from './failure.ts'
import { show } from './output/formats.ts'
import { columns } from './output/view.ts'
import { resolveSettings, type ShowOptions } from './settings.ts'
import { readSources } from './sources.ts'
import type { Terminal } from './terminal.ts'
import { waiting } from './waiting.ts'

export interface ResetOptions extends Pick<ShowOptions, 'output'> {
  readonly override: readonly string[]
  readonly user: string
}

const VARIABLE = 'MILLRACE_ADMIN_PASSWORD'

/** Prints the new password, which `MILLRACE_ADMIN_PASSWORD` may choose. Throws INVALID_CONFIG. */
export const resetPassword = async (
  terminal: Terminal,
  path: string | undefined,
  { override, user, output }: ResetOptions,
): Promise<number> => {
  const form = await resolveSettings(terminal, output === undefined ? {} : { output })
  const { config } = readStartUp(readSources(path, override, terminal.environment))
  const chosen = chosenPassword(terminal)
  const { password, hash } =
    chosen === null ? await makePassword() : { password: chosen, hash: await hashPassword(chosen) }
  const reset = async (): Promise<void> => {
    if (!(await onRunning(config, user, password))) await onStopped(config, user, hash)
  }
  await waiting(terminal, `resetting the password of ${user}`, reset())
  const made = chosen === null ? password : null
  const view = {
    value: { user, password: made },
    text: made === null ? [] : [made],
    table: { columns: columns(['user', 'password']), rows: [[user, made]] },
    names: [user],
  }
  await show(terminal, view, form)
  terminal.note(`${user} has a new password${chosen === null ? '' : `, the one of ${VARIABLE}`}`)
  return 0
}

const chosenPassword = ({ environment }: Terminal): string | null => {
  const chosen = environment[VARIABLE] ?? ''
  const problem = chosen === '' ? null : passwordProblem(chosen)
  if (problem !== null) throw new Failure('usage', `${VARIABLE}: ${problem}`)
  return chosen === '' ? null : chosen
}

/** Answers whether there is one. A killed broker leaves its address behind, where nobody answers or another one does. */
const onRunning = async ({ logDirs }: BrokerConfig, name: string, password: string): Promise<boolean> => {
  const access = readToken(logDirs)
  if (access === null) return false
  try {
    await askAdmin(access, (call) => call('setPassword', { name, password }))
    return true
  } catch (error) {
    if (error instanceof Failure && (error.outcome === 'unreachable' || isStranger(error))) return false
    throw error
  }
}

/** Another broker, which does not know the token. */
const isStranger = ({ cause }: Failure): boolean => cause instanceof ApiError && cause.code === 'NOT_LOGGED_IN'

const onStopped = async (config: BrokerConfig, user: string, hash: string): Promise<void> => {
  const node = await openOffline(config, silentLogger)
  try {
    await node.cluster.run(decideReset(user, hash))
  } finally {
    await node.stop()
  }
}
