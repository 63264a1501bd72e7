/** Logging in and out, and the accounts that may. */
import { createAccount, deleteAccount, setPassword } from '../../security/accounts.ts'
import { hashPassword } from '../../security/passwords.ts'
import { actorOf } from '../actor.ts'
import { roleOf } from '../auth.ts'
import type { Output } from '../contract.ts'
import type { Caller, Exchange } from '../exchange.ts'
import { AdminError } from '../failure.ts'
import type { RouteContext } from './context.ts'
import type { RoutesOf } from './table.ts'

type Names = 'login' | 'session' | 'logout' | 'accounts' | 'createAccount' | 'deleteAccount' | 'setPassword'

export const sessionRoutes = ({ services: { cluster }, auth }: RouteContext): RoutesOf<Names> => {
  /** One's own with the one before; that of others is for administrators. */
  const checkMayChange = async (name: string, current: string | undefined, { caller, address }: Exchange) => {
    if (caller === null || caller.session === null) return
    if (name === caller.name) await auth.checkPassword(name, current ?? '', address)
    else if (caller.role !== 'admin')
      throw new AdminError('NOT_ALLOWED', 'The password of others takes the role admin.')
  }

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
    createAccount: async ({ name, role, password }, exchange) => {
      const hash = await hashPassword(password)
      await cluster.run(createAccount(name, { role, hash }), actorOf(exchange))
      return { name, role }
    },
    deleteAccount: async ({ name }, exchange) => {
      await cluster.run(deleteAccount(name), actorOf(exchange))
      return {}
    },
    setPassword: async ({ name, password, current }, exchange) => {
      await checkMayChange(name, current, exchange)
      await cluster.run(setPassword(name, await hashPassword(password)), actorOf(exchange))
      return {}
    },
  }
}

const told = ({ name, role, session }: Caller): Output<'session'> => ({ user: name, role, csrf: session?.csrf ?? '' })
