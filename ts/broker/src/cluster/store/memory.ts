/** A store in memory, for tests and simulation. */
import type { Clock } from '../../base/clock.ts'
import { createHistory } from './history.ts'
import { createLeases } from './leases.ts'
import { byKey, type CommitResult, type Compare, type KeyedChange, type MetadataStore } from './store.ts'

export const createMemoryStore = (clock: Clock): MetadataStore => {
  const values = new Map<string, Buffer>()
  const history = createHistory(0, [])

  const apply = (changes: readonly KeyedChange[]): CommitResult => {
    for (const { key, value } of changes) {
      if (value === null) values.delete(key)
      else values.set(key, value)
    }
    leases.note(changes)
    history.record(history.revision + 1, changes)
    return { committed: true, revision: history.revision }
  }

  const leases = createLeases(clock, async (keys) => {
    apply(keys.map((key) => ({ key, value: null })))
  })

  return {
    snapshot: async () => ({
      revision: history.revision,
      entries: [...values].map(([key, value]) => ({ key, value })).sort(byKey),
    }),
    commit: async (compares: readonly Compare[], changes: readonly KeyedChange[]): Promise<CommitResult> => {
      leases.check(changes)
      const failed = history.failing(compares)
      return failed === undefined ? apply(changes) : { committed: false, failed }
    },
    watch: (from, watcher) => history.watch(from, watcher),
    lease: async (ttlMs) => leases.grant(ttlMs),
    close: async () => {
      leases.close()
      history.close()
    },
  }
}
