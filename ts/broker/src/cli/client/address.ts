// Where brokers are, as a person writes it.
import type { Address } from '../../client/address.ts'
import { Failure } from '../failure.ts'

const KAFKA_PORT = 9092
const PORT_MAX = 65_535

/** `host:port`, `host`, `[::1]:port`; several with commas between. Throws a Failure of usage. */
export const parseAddresses = (text: string): readonly Address[] => {
  const addresses = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(parseAddress)
  if (addresses.length === 0) throw new Failure('usage', 'no broker is named', { next: 'give --bootstrap host:port' })
  return addresses
}

const parseAddress = (text: string): Address => {
  const [, bracketed, plain, digits] = /^(?:[A-Z_]+:\/\/)?(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d+))?$/.exec(text) ?? []
  const host = bracketed ?? plain
  const port = digits === undefined ? KAFKA_PORT : Number(digits)
  if (host === undefined || port < 1 || port > PORT_MAX)
    throw new Failure('usage', `${text} is no address of a broker`, { next: 'write it as host:port' })
  return { host, port }
}
