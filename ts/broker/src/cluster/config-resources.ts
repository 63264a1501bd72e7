/** What configs can be asked of and set on, by the numbers of the wire; and which broker a name means. */
import { BrokerError } from '../base/errors.ts'
import type { BrokerId } from '../base/ids.ts'

export const resourceTypes = { topic: 2, broker: 4, brokerLogger: 8, clientMetrics: 16, group: 32 } as const

/** Throws unless the name is the id of this broker: only it knows its configs. */
export const checkNamesThisBroker = (name: string, broker: BrokerId): void => {
  if (!/^[+-]?\d+$/.test(name)) {
    throw new BrokerError('INVALID_REQUEST', `Node id must be an integer, but it is: ${name}`)
  }
  if (Number(name) !== broker) {
    throw new BrokerError('INVALID_REQUEST', `Unexpected broker id, expected ${broker}, but received ${name}`)
  }
}
