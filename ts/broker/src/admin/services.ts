/** What the admin API works with: the same things that handlers of the protocol use, and the broker around them. */
import type { Audit } from '../audit/audit.ts'
import type { Canary } from '../canary/canary.ts'
import type { Engine } from '../engine/engine.ts'
import type { Jobs } from '../engine/jobs.ts'
import type { HandlerTable } from '../dispatch/dispatch.ts'
import type { Latencies } from '../dispatch/latency.ts'
import type { Moved } from '../handlers/moved-offsets.ts'
import type { Services } from '../handlers/services.ts'

export interface AdminServices extends Pick<Services, 'cluster' | 'configs' | 'groups' | 'clock' | 'logger'> {
  readonly engine: Pick<Engine, 'queries' | 'stats' | 'rooms' | 'failures' | 'openFiles' | 'number' | 'read' | 'append'>
  /** Every change goes through the handler of its request in the protocol. */
  readonly handlers: HandlerTable
  readonly latencies: Latencies
  readonly audit: Audit
  readonly moved: Pick<Moved, 'of'>
  readonly jobs: Jobs
  /** Null where it is off. */
  readonly canary: Canary | null
  readonly version: string
  readonly durability: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly insecure: boolean
  readonly readOnly: boolean
}
