/** The caller as the audit list names those who change something. */
import type { Actor } from '../cluster/actor.ts'
import type { Exchange } from './exchange.ts'

export const actorOf = ({ caller, address }: Exchange): Actor => ({
  principal: `User:${caller?.name ?? ''}`,
  clientId: 'admin-api',
  address,
})
