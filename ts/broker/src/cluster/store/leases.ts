/** Leases of a store that lives in this process: a timer each, and the keys that go when it runs out. */
import type { Clock, Timer } from '../../base/clock.ts'
import { BrokerError } from '../../base/errors.ts'
import type { KeyedChange, Lease, LeaseId } from './store.ts'

interface Held {
  readonly keys: Set<string>
  timer: Timer
}

export interface Leases {
  grant(ttlMs: number): Lease
  /** Throws when a change names a lease that is gone. */
  check(changes: readonly KeyedChange[]): void
  /** After a commit: a key belongs to the lease that put it last, and to none once it is removed or put without. */
  note(changes: readonly KeyedChange[]): void
  close(): void
}

/** `remove` commits the removal of keys; it is called when a lease ends. */
export const createLeases = (clock: Clock, remove: (keys: readonly string[]) => Promise<void>): Leases => {
  const held = new Map<LeaseId, Held>()
  const owner = new Map<string, LeaseId>()
  let last: LeaseId = 0

  const end = async (id: LeaseId): Promise<void> => {
    const lease = held.get(id)
    if (lease === undefined) return
    lease.timer.cancel()
    held.delete(id)
    if (lease.keys.size > 0) await remove([...lease.keys])
  }

  const expire = (id: LeaseId, ttlMs: number): Timer => clock.after(ttlMs, () => void end(id))

  return {
    grant(ttlMs) {
      const id = ++last
      held.set(id, { keys: new Set(), timer: expire(id, ttlMs) })
      return {
        id,
        keepAlive: async () => {
          const lease = held.get(id)
          if (lease === undefined) return false
          lease.timer.cancel()
          lease.timer = expire(id, ttlMs)
          return true
        },
        revoke: () => end(id),
      }
    },
    check(changes) {
      const lost = changes.find(({ lease }) => lease !== undefined && !held.has(lease))
      if (lost !== undefined) throw new BrokerError('STALE_BROKER_EPOCH', `the lease of ${lost.key} is gone`)
    },
    note(changes) {
      for (const { key, value, lease } of changes) {
        const before = owner.get(key)
        if (before !== undefined) held.get(before)?.keys.delete(key)
        owner.delete(key)
        if (value === null || lease === undefined) continue
        owner.set(key, lease)
        held.get(lease)?.keys.add(key)
      }
    },
    close() {
      for (const { timer } of held.values()) timer.cancel()
      held.clear()
    },
  }
}
