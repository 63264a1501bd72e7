/** The account of a first start: with the password that was given, or with one that is made. */
import { readFileSync } from 'node:fs'
import { BrokerError, messageOf } from '../base/errors.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { BrokerValues } from '../configs/definitions.ts'
import { createFirst } from '../security/accounts.ts'
import { hashPassword, makePassword } from '../security/passwords.ts'
import { passwordProblem } from './contract/passwords.ts'

type Given = Pick<BrokerValues, 'admin.password' | 'admin.password.file'>

/** Answers the password that was made, to be shown once; null where one was given, or there are accounts. Throws INVALID_CONFIG for a password that cannot be read or must not be one. */
export const ensureFirstAccount = async (cluster: Cluster, given: Given): Promise<string | null> => {
  if (cluster.image().accounts.size > 0) return null
  const chosen = chosenPassword(given)
  if (chosen !== null) {
    await cluster.run(createFirst({ role: 'admin', hash: await hashPassword(chosen) }))
    return null
  }
  const { password, hash } = await makePassword()
  return (await cluster.run(createFirst({ role: 'admin', hash }))) ? password : null
}

// Compose files pass variables on that nobody set, as empty ones: neither key is set by one.
const chosenPassword = (given: Given): string | null => {
  const password = given['admin.password'] ?? ''
  if (password !== '') return checked('admin.password', password)
  const path = given['admin.password.file'] ?? ''
  return path === '' ? null : checked('admin.password.file', readPassword(path))
}

const readPassword = (path: string): string => {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch (thrown) {
    throw new BrokerError('INVALID_CONFIG', `admin.password.file: ${messageOf(thrown)}`, { cause: thrown })
  }
}

const checked = (key: keyof Given, password: string): string => {
  const problem = passwordProblem(password)
  if (problem !== null) throw new BrokerError('INVALID_CONFIG', `${key}: ${problem}`)
  return password
}
