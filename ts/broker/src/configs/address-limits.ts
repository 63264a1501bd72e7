// Limits for single addresses, as max.connections.per.ip.overrides has them: `127.0.0.1:200,[::1]:10,host:5`.

export interface AddressLimits {
  readonly limits: readonly (readonly [address: string, limit: number])[]
  /** What is wrong with the text, or null. */
  readonly problem: string | null
}

const ADDRESS = /^[\w.:%-]+$/

/** The last colon ends the address, as an IPv6 address has others. */
export const addressLimits = (text: string): AddressLimits => {
  const limits: [string, number][] = []
  for (const part of text.split(',').map((one) => one.trim())) {
    if (part === '') continue
    const at = part.lastIndexOf(':')
    const address = part.slice(0, at).trim().replaceAll(/[[\]]/g, '')
    const limit = part.slice(at + 1).trim()
    if (at < 1 || !ADDRESS.test(address) || !/^\d{1,9}$/.test(limit)) {
      return { limits: [], problem: `"${part}" is not address:limit` }
    }
    limits.push([address, Number(limit)])
  }
  return { limits, problem: null }
}
