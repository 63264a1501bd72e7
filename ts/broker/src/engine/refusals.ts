/**
 * A line for whoever connects something that is no Kafka client: without it the broker seems to hang up for no reason.
 * One line at once, then at most one a minute however many connections come.
 */
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { EngineEvent } from './events.ts'

const QUIET_MS = 60_000

/** By the engine's words for why it hung up. What is not here is ordinary, or in the counters. */
const hints: ReadonlyMap<string, string> = new Map([
  [
    'HTTP on a Kafka port',
    'something speaks HTTP to a Kafka listener: a browser, a health check or a proxy; only Kafka clients are served here',
  ],
  [
    'TLS on a plain text port',
    'a client speaks TLS to a listener of plain text: set its security.protocol to PLAINTEXT',
  ],
])

export const createRefusalLog = (logger: Logger, clock: Clock): ((event: EngineEvent) => void) => {
  const last = new Map<string, { readonly at: number; unsaid: number }>()
  return (event) => {
    if (event.type !== 'connection-refused') return
    const { reason, clientAddress } = event
    const hint = hints.get(reason)
    if (hint === undefined) return
    const now = clock.monotonic()
    const said = last.get(reason)
    if (said !== undefined && now - said.at < QUIET_MS) {
      said.unsaid += 1
      return
    }
    logger.warn({ client: clientAddress, more: said?.unsaid ?? 0 }, hint)
    last.set(reason, { at: now, unsaid: 0 })
  }
}
