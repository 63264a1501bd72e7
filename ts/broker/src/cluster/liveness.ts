/**
 * A broker is live while it has a session in the store, under a lease that it keeps. The session is what the image
 * shows as a broker; when it goes, by a stop or by a lapse, so does the broker.
 */
import type { Clock, Timer } from '../base/clock.ts'
import type { BrokerId } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import { leased } from './controller.ts'
import type { Endpoint } from './image.ts'
import { keyOf } from './records.ts'
import type { Lease, MetadataStore } from './store/store.ts'

const LEASE_MS = 5_000
/** Three chances within one lease. */
const KEEP_ALIVE_MS = 1_600

export interface Registration {
  readonly broker: BrokerId
  readonly rack: string | null
  readonly endpoints: readonly Endpoint[]
}

export interface Session {
  /** Ends the session at once, so that nobody waits for the lease to lapse. */
  end(): Promise<void>
}

/** Registers the broker, and again whenever its lease was lost. */
export const startSession = async (
  store: MetadataStore,
  { broker, rack, endpoints }: Registration,
  clock: Clock,
  logger: Logger,
): Promise<Session> => {
  let ended = false
  let timer: Timer | undefined

  const register = async (): Promise<Lease> => {
    const lease = await store.lease(LEASE_MS)
    await store.commit([], [leased({ kind: 'broker', broker, record: { rack, endpoints } }, lease.id)])
    return lease
  }

  let current = await register()

  const keep = async (): Promise<void> => {
    if (await current.keepAlive()) return
    logger.warn({ key: keyOf({ kind: 'broker', broker }) }, 'the lease of this broker lapsed, registering again')
    current = await register()
  }

  const arm = (): void => {
    timer = clock.after(KEEP_ALIVE_MS, () => {
      keep()
        .catch((thrown: unknown) => logger.error({ err: thrown }, 'could not keep the session of this broker'))
        .finally(() => {
          if (!ended) arm()
        })
    })
  }
  arm()

  return {
    async end() {
      ended = true
      timer?.cancel()
      await current.revoke()
    },
  }
}
