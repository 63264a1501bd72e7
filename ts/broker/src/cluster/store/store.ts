/**
 * Where metadata lives (D20): keys with opaque values, changed by commits that have one order. What lies beneath is a
 * file of this node, memory or an etcd cluster; nothing above can tell, and `store.conformance.ts` holds all to it.
 *
 * A revision numbers each commit. It only grows while a store is open, and every watcher sees the same order.
 */
export interface MetadataStore {
  /** Everything, as one revision left it. */
  snapshot(): Promise<Snapshot>
  /** All changes or none; none if a comparison fails. Rejects when the outcome is not known. */
  commit(compares: readonly Compare[], changes: readonly KeyedChange[]): Promise<CommitResult>
  /**
   * Calls back for every commit after `from`, in order and once each. A store forgets old commits; it then says
   * `compacted`, the watch is over, and the watcher starts again from a snapshot.
   */
  watch(from: Revision, watcher: Watcher): Watch
  /** Keys put under a lease vanish in one commit when it is revoked or not kept alive for `ttlMs`. */
  lease(ttlMs: number): Promise<Lease>
  close(): Promise<void>
}

export type Revision = number

export interface Entry {
  readonly key: string
  readonly value: Buffer
}

export interface Snapshot {
  readonly revision: Revision
  /** In order of key. */
  readonly entries: readonly Entry[]
}

export const byKey = (a: Entry, b: Entry): number => (a.key < b.key ? -1 : 1)

/** What has to hold for a commit to happen: nobody made the key, or nobody changed or removed it since. */
export type Compare =
  | { readonly key: string; readonly is: 'absent' }
  | { readonly key: string; readonly is: 'unchanged'; readonly since: Revision }

/** A null value removes the key. */
export interface KeyedChange {
  readonly key: string
  readonly value: Buffer | null
  readonly lease?: LeaseId
}

export type CommitResult =
  | { readonly committed: true; readonly revision: Revision }
  | { readonly committed: false; readonly failed: Compare }

export interface Commit {
  readonly revision: Revision
  readonly changes: readonly KeyedChange[]
}

export interface Watcher {
  commit(commit: Commit): void
  compacted(): void
}

export interface Watch {
  stop(): void
}

export type LeaseId = number

export interface Lease {
  readonly id: LeaseId
  /** False once the lease is gone; the holder has to take a new one and put its keys again. */
  keepAlive(): Promise<boolean>
  revoke(): Promise<void>
}
