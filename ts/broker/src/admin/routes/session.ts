/** Logging in and out, and the accounts that may. */
import { accountOf, createAccount, deleteAccount, setPassword, setRole } from '../../security/accounts.ts'
import { hashPassword } from '../../security/passwords.ts'
import { roleOf } from '../auth.ts'
import type { Checked, Output } from '../contract.ts'
import type { Role } from '../contract/roles.ts'
import type { Caller, Exchange } from '../exchange.ts'
import { AdminError } from '../failure.ts'
import type { RouteContext } from './context.ts'
import { changeOf } from './decide.ts'
import type { RoutesOf } from './table.ts'
import { checkConfirmed } from './topic-changes.ts'

type Accounts = 'accounts' | 'createAccount' | 'deleteAccount' | 'setRole' | 'setPassword'
type Names = 'login' | 'session' | 'logout' | Accounts

export const sessionRoutes = ({ services: { cluster }, auth }: RouteContext): RoutesOf<Names> => {
  /** One's own with the one before; that of others is for administrators. */
  const checkMayChange = async (
    { name, current, dryRun }: Checked<'setPassword'>,
    { caller, address }: Exchange,
  ): Promise<void> => {
    if (caller === null || caller.session === null) return
    if (name !== caller.name) {
      if (caller.role !== 'admin') throw new AdminError('NOT_ALLOWED', 'The password of others takes the role admin.')
    } else if (!dryRun) await auth.checkPassword(name, current ?? '', address)
  }

  const change = changeOf(cluster)
  const roleNow = (name: string): Role => roleOf(accountOf(cluster.image(), name))

  return {
    login: async ({ user, password }, { address, setSession }) => {
      const { id, session } = auth.sessions.create(user, await auth.checkPassword(user, password, address))
      setSession(id)
      const account = cluster.image().accounts.get(user)
      return { user, role: account === undefined ? 'viewer' : roleOf(account), csrf: session.csrf }
    },
    session: (_input, { caller }) => {
      if (caller === null) throw new AdminError('NOT_LOGGED_IN', 'Nobody is logged in.')
      return told(caller)
    },
    logout: (_input, { caller, setSession }) => {
      if (caller !== null && caller.session !== null) auth.sessions.end(caller.session.id)
      setSession(null)
      return {}
    },
    accounts: () => ({
      items: [...cluster.image().accounts].map(([name, account]) => ({ name, role: roleOf(account) })),
    }),
    createAccount: async ({ name, role, password, dryRun }, exchange) => {
      const hash = dryRun ? '' : await hashPassword(password)
      await change(createAccount(name, { role, hash }), dryRun, exchange)
      return { name, role }
    },
    deleteAccount: async ({ name, confirm, dryRun }, exchange) => {
      const role = roleNow(name)
      if (!dryRun) checkConfirmed(confirm, name)
      await change(deleteAccount(name), dryRun, exchange)
      return { name, role }
    },
    setRole: async ({ name, role, dryRun }, exchange) => {
      const before = roleNow(name)
      await change(setRole(name, role), dryRun, exchange)
      return { before, after: role }
    },
    setPassword: async (asked, exchange) => {
      await checkMayChange(asked, exchange)
      const { name, password, dryRun } = asked
      await change(setPassword(name, dryRun ? '' : await hashPassword(password)), dryRun, exchange)
      return {}
    },
  }
}

const told = ({ name, role, session }: Caller): Output<'session'> => ({ user: name, role, csrf: session?.csrf ?? '' })
