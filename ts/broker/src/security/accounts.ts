/** Decisions about accounts: who may log in to the console, as what, with which password. */
import { BrokerError } from '../base/errors.ts'
import { type Decision, unchanged } from '../cluster/decision.ts'
import type { Account, ClusterImage } from '../cluster/image.ts'

/** The one that a first start makes. */
export const FIRST_ACCOUNT = 'admin'

const ACCOUNTS_MAX = 1000
const NAME = /^[a-zA-Z0-9._@-]{1,64}$/

type Decide<Result> = (image: ClusterImage) => Decision<Result>

/** Where there is no account at all; answers whether this one was made. */
export const createFirst =
  (account: Account): Decide<boolean> =>
  (image) =>
    image.accounts.size > 0 ? unchanged(false) : { ...put(FIRST_ACCOUNT, account, 'absent'), result: true }

export const createAccount =
  (name: string, account: Account): Decide<void> =>
  (image) => {
    if (!NAME.test(name)) throw new BrokerError('INVALID_REQUEST', 'A name has 1 to 64 letters, digits, or . _ @ -')
    if (image.accounts.has(name)) throw new BrokerError('DUPLICATE_RESOURCE', `There is an account ${name}.`)
    if (image.accounts.size >= ACCOUNTS_MAX) throw new BrokerError('POLICY_VIOLATION', `There are ${ACCOUNTS_MAX}.`)
    return put(name, account, 'absent')
  }

export const setPassword =
  (name: string, hash: string): Decide<void> =>
  (image) =>
    put(name, { ...accountOf(image, name), hash }, 'unchanged')

export const setRole =
  (name: string, role: string): Decide<void> =>
  (image) => {
    const changed = { ...accountOf(image, name), role }
    return { ...keepingAnAdmin(image, name, changed), changes: [{ kind: 'account', name, record: changed }] }
  }

/** For an administrator that has lost it; makes the first account where there is none. */
export const resetPassword =
  (name: string, hash: string): Decide<void> =>
  (image) =>
    image.accounts.has(name) || name !== FIRST_ACCOUNT
      ? setPassword(name, hash)(image)
      : put(name, { role: 'admin', hash }, 'absent')

export const deleteAccount =
  (name: string): Decide<void> =>
  (image) => {
    accountOf(image, name)
    return { ...keepingAnAdmin(image, name, null), changes: [{ kind: 'account', name, record: null }] }
  }

/** Throws POLICY_VIOLATION where nobody would be left who may do everything. */
const keepingAnAdmin = (
  image: ClusterImage,
  name: string,
  changed: Account | null,
): Pick<Decision<void>, 'result' | 'guards'> => {
  const others = [...image.accounts].filter(([other]) => other !== name).map(([, account]) => account)
  if (![...others, changed].some((account) => account?.role === 'admin')) {
    throw new BrokerError('POLICY_VIOLATION', `${name} is the last account that may do everything.`)
  }
  // Two administrators that delete each other at once must not both succeed.
  return { result: undefined, guards: [...image.accounts.keys()].map((each) => guard(each, 'unchanged')) }
}

/** Throws RESOURCE_NOT_FOUND. */
export const accountOf = (image: ClusterImage, name: string): Account => {
  const account = image.accounts.get(name)
  if (account === undefined) throw new BrokerError('RESOURCE_NOT_FOUND', `There is no account ${name}.`)
  return account
}

const guard = (name: string, is: 'absent' | 'unchanged') => ({ record: { kind: 'account', name }, is }) as const

const put = (name: string, record: Account, is: 'absent' | 'unchanged'): Decision<void> => ({
  result: undefined,
  changes: [{ kind: 'account', name, record }],
  guards: [guard(name, is)],
})
