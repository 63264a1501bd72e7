/** What a browser may be made to send by a page that is not ours, and what such a page could do with an answer. */
import { AdminError } from './failure.ts'
import type { Headers, HttpRequest } from './http.ts'

/** Sent with every answer. */
export const securityHeaders: Headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

export type HostGuard = (headers: Headers) => void

const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]'])
const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/

/**
 * Under which names the broker answers. A page elsewhere may have its own name point to this machine: then it is the same
 * origin for the browser, and only the name in `host` gives it away. An address cannot be made to point elsewhere. Throws
 * WRONG_HOST.
 */
export const createHostGuard = (bound: string, others: readonly string[]): HostGuard => {
  const names = new Set([
    ...LOCAL,
    bound.toLowerCase(),
    `[${bound.toLowerCase()}]`,
    ...others.map((each) => each.toLowerCase()),
  ])
  return ({ host = '' }) => {
    const name = host.toLowerCase().replace(/:\d+$/, '')
    if (!names.has(name) && !ADDRESS.test(name)) throw new AdminError('WRONG_HOST', `This is not ${name || 'nobody'}.`)
  }
}

/** That a request which changes something was sent by a page of this server, or by no browser. Throws FOREIGN_ORIGIN. */
export const checkOrigin = ({ headers }: Pick<HttpRequest, 'headers'>): void => {
  const { origin, host = '' } = headers
  const site = headers['sec-fetch-site']
  // In front of the broker somebody may speak TLS.
  const isForeign = origin !== undefined && origin.toLowerCase().replace(/^https?:\/\//, '') !== host.toLowerCase()
  if (isForeign || (site !== undefined && site !== 'same-origin' && site !== 'none')) {
    throw new AdminError('FOREIGN_ORIGIN', 'A page of another site sent this.')
  }
}
