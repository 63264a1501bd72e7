/** A change of the admin API as the request of the protocol that it is: one handler, whichever way a change takes. */
import { BrokerError } from '../base/errors.ts'
import { ADMIN_API, type RequestContext } from '../dispatch/context.ts'
import { apis, type HandledApi, type RequestOf, type ResponseOf } from '../messages/index.ts'
import { errorName } from '../wire/errors.ts'
import { actorOf } from './actor.ts'
import type { Exchange } from './exchange.ts'
import type { AdminServices } from './services.ts'

/** No connection of a client has it. */
const NO_CONNECTION = -1

/** In the newest version unless one is named. Throws what the request as a whole is refused with. */
export const ask = async <Name extends HandledApi>(
  { handlers, clock }: Pick<AdminServices, 'handlers' | 'clock'>,
  exchange: Exchange,
  name: Name,
  request: RequestOf<Name>,
  version: number = apis[name].versions[1],
): Promise<ResponseOf<Name>> => {
  const { principal, clientId } = actorOf(exchange)
  const context: RequestContext = {
    connectionId: NO_CONNECTION,
    correlationId: 0,
    clientId,
    apiKey: apis[name].key,
    apiVersion: version,
    listener: ADMIN_API,
    principal,
    clientAddress: exchange.address,
    software: null,
    arrivedAt: clock.now(),
  }
  const handle = handlers[name] as (
    context: RequestContext,
    request: RequestOf<Name>,
  ) => Promise<ResponseOf<Name> | null>
  const response = await handle(context, request)
  if (response === null) throw new BrokerError('UNKNOWN_SERVER_ERROR')
  return response
}

/** Throws what one item of an answer was refused with. */
export const checkDone = (
  item: { readonly errorCode: number; readonly errorMessage?: string | null } | undefined,
): void => {
  if (item === undefined) throw new BrokerError('UNKNOWN_SERVER_ERROR')
  const { errorCode, errorMessage } = item
  if (errorCode !== 0) throw new BrokerError(errorName(errorCode), errorMessage ?? undefined)
}
