/**
 * The store of a single node: commits go through the engine's catalogue, which has them on disk before it answers.
 * Keys under a lease never reach the disk: they end with this process, as a lease would have ended by the next start.
 */
import type { Clock } from '../../base/clock.ts'
import { createHistory } from './history.ts'
import { createLeases } from './leases.ts'
import { byKey, type CommitResult, type Compare, type Entry, type KeyedChange, type MetadataStore } from './store.ts'

/** The part of the engine that this store needs. */
export interface Catalogue {
  /** What it holds now. */
  catalogue(): readonly Entry[]
  /** Durable, all of it, before it resolves. */
  commit(changes: readonly DiskChange[]): Promise<number>
}

export interface DiskChange {
  readonly key: string
  readonly value: Buffer | null
}

/** Revision 0 is "before anything", so that a snapshot of an old directory is never taken for an empty one. */
const FIRST_REVISION = 1

export const openEmbeddedStore = (engine: Catalogue, clock: Clock): MetadataStore => {
  /** What was read to know the keys is what the first snapshot shows, as long as nothing was committed. */
  let loaded: readonly Entry[] | undefined = engine.catalogue()
  const history = createHistory(
    FIRST_REVISION,
    loaded.map(({ key }) => key),
  )
  const leased = new Map<string, Buffer>()
  /** Commits wait for the one before: comparisons have to see what it did. */
  let tail: Promise<unknown> = Promise.resolve()

  const inOrder = <Result>(act: () => Promise<Result>): Promise<Result> => {
    const result = tail.then(act)
    tail = result.catch(() => undefined)
    return result
  }

  /** What a change means for the disk: a key goes there without a lease, and leaves it when put under one. */
  const onDisk = ({ key, value, lease }: KeyedChange): readonly DiskChange[] => {
    if (lease !== undefined) return history.has(key) && !leased.has(key) ? [{ key, value: null }] : []
    return value === null && leased.has(key) ? [] : [{ key, value }]
  }

  const apply = async (changes: readonly KeyedChange[]): Promise<CommitResult> => {
    const durable = changes.flatMap(onDisk)
    if (durable.length > 0) {
      loaded = undefined
      await engine.commit(durable)
    }
    for (const { key, value, lease } of changes) {
      if (value === null || lease === undefined) leased.delete(key)
      else leased.set(key, value)
    }
    leases.note(changes)
    history.record(history.revision + 1, changes)
    return { committed: true, revision: history.revision }
  }

  const leases = createLeases(clock, (keys) =>
    inOrder(async () => void (await apply(keys.map((key) => ({ key, value: null }))))),
  )

  return {
    snapshot: () =>
      inOrder(async () => {
        const held = [...leased].map(([key, value]) => ({ key, value }))
        const stored = loaded ?? engine.catalogue()
        loaded = undefined
        return { revision: history.revision, entries: [...stored, ...held].sort(byKey) }
      }),
    commit: (compares: readonly Compare[], changes: readonly KeyedChange[]) =>
      inOrder(async (): Promise<CommitResult> => {
        leases.check(changes)
        const failed = history.failing(compares)
        return failed === undefined ? apply(changes) : { committed: false, failed }
      }),
    watch: (from, watcher) => history.watch(from, watcher),
    lease: async (ttlMs) => leases.grant(ttlMs),
    close: async () => {
      await tail
      leases.close()
      history.close()
    },
  }
}
