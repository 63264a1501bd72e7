/**
 * What the stores of one process share: which commit last touched each key, the last commits for those who watch from
 * a little earlier, and the watchers. `MemoryStore` and `EmbeddedStore` differ only in where the values lie.
 */
import type { Commit, Compare, KeyedChange, Revision, Watch, Watcher } from './store.ts'

/** Commits kept for watchers that start late; they hold values, so few. */
const COMMITS_KEPT_MAX = 256

export interface History {
  readonly revision: Revision
  has(key: string): boolean
  /** The first comparison that does not hold. */
  failing(compares: readonly Compare[]): Compare | undefined
  /** Notes a commit that has happened and tells the watchers. */
  record(revision: Revision, changes: readonly KeyedChange[]): void
  watch(from: Revision, watcher: Watcher): Watch
  close(): void
}

export const createHistory = (start: Revision, keys: Iterable<string>): History => {
  const touched = new Map<string, Revision>()
  for (const key of keys) touched.set(key, start)
  const watchers = new Set<Watcher>()
  const recent: Commit[] = []
  let revision = start
  let forgotten = start

  const holds = (compare: Compare): boolean => {
    const last = touched.get(compare.key)
    return compare.is === 'absent' ? last === undefined : last !== undefined && last <= compare.since
  }

  return {
    get revision() {
      return revision
    },
    has: (key) => touched.has(key),
    failing: (compares) => compares.find((compare) => !holds(compare)),
    record(next, changes) {
      for (const { key, value } of changes) {
        if (value === null) touched.delete(key)
        else touched.set(key, next)
      }
      revision = next
      const commit = { revision: next, changes }
      recent.push(commit)
      if (recent.length > COMMITS_KEPT_MAX) forgotten = recent.shift()?.revision ?? forgotten
      for (const watcher of watchers) watcher.commit(commit)
    },
    watch(from, watcher) {
      if (from < forgotten) {
        watcher.compacted()
        return { stop: () => undefined }
      }
      watchers.add(watcher)
      for (const commit of recent) if (commit.revision > from) watcher.commit(commit)
      return { stop: () => void watchers.delete(watcher) }
    },
    close: () => watchers.clear(),
  }
}
