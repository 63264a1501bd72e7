// Names of hosts that clients are told: whether they lead anywhere from here, and how soon.
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { messageOf } from '../../base/errors.ts'
import { fail, type Finding, ok, warn } from './finding.ts'

type Resolve = (name: string) => Promise<readonly { readonly address: string }[]>

const GOOD_MS = 1000

const bySystem: Resolve = (name) => lookup(name, { all: true })

/** Of addresses there is nothing to say. */
export const checkHosts = (hosts: readonly string[], resolve = bySystem): Promise<readonly Finding[]> =>
  Promise.all([...new Set(hosts)].filter((host) => isIP(host) === 0).map((name) => checkName(name, resolve)))

const checkName = async (name: string, resolve: Resolve): Promise<Finding> => {
  const check = `name ${name}`
  const started = performance.now()
  try {
    const addresses = (await resolve(name)).map(({ address }) => address).join(', ')
    const ms = performance.now() - started
    const what = `is ${addresses}, found in ${ms.toFixed(0)} ms`
    return ms <= GOOD_MS
      ? ok(check, what)
      : warn(check, what, 'every new connection waits for it: see /etc/resolv.conf')
  } catch (error) {
    return fail(
      check,
      messageOf(error),
      'make it known to DNS or in /etc/hosts, or advertise another name or an address',
    )
  }
}
