// `millrace admin reset-password`: a new password for an account, of a broker that runs or of the data of a stopped one.
import { createClient } from '../admin/client.ts'
import { readToken } from '../admin/token-file.ts'
import { silentLogger } from '../base/logger.ts'
import { type BrokerConfig, readStartUp } from '../configs/start-up.ts'
import { openOffline } from '../node.ts'
import { resetPassword as decideReset } from '../security/accounts.ts'
import { hashPassword, makePassword } from '../security/passwords.ts'
import { readSources } from './sources.ts'
import type { Terminal } from './terminal.ts'

export interface ResetOptions {
  readonly override: readonly string[]
  readonly user: string
}

/** Prints the new password, which `MILLRACE_ADMIN_PASSWORD` may choose. Throws INVALID_CONFIG. */
export const resetPassword = async (
  terminal: Terminal,
  path: string | undefined,
  { override, user }: ResetOptions,
): Promise<number> => {
  const { config } = readStartUp(readSources(path, override, terminal.environment))
  const chosen = terminal.environment['MILLRACE_ADMIN_PASSWORD']
  const made = await makePassword()
  const password = chosen ?? made.password
  const access = readToken(config.logDirs)
  if (access === null) {
    await onStopped(config, user, chosen === undefined ? made.hash : await hashPassword(chosen))
  } else {
    const call = createClient({ base: access.url, headers: { authorization: `Bearer ${access.token}` } })
    await call('setPassword', { name: user, password })
  }
  if (chosen === undefined) terminal.print(password)
  terminal.complain(`${user} has a new password${chosen === undefined ? '' : ', the one of MILLRACE_ADMIN_PASSWORD'}`)
  return 0
}

const onStopped = async (config: BrokerConfig, user: string, hash: string): Promise<void> => {
  const node = await openOffline(config, silentLogger)
  try {
    await node.cluster.run(decideReset(user, hash))
  } finally {
    await node.stop()
  }
}
