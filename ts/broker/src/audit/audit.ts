/**
 * What was changed, by whom, from what to what. Metadata is seen where it commits, so that it does not matter which way
 * a change took; what changes data or offsets is noted by its handler. The last ones are in memory; `kept.ts` brings back
 * those of before the start.
 */
import type { Clock } from '../base/clock.ts'
import type { Actor } from '../cluster/actor.ts'
import type { ClusterImage } from '../cluster/image.ts'
import { bounded, cut } from './bounded.ts'
import { differences } from './differences.ts'

export const ENTRIES_MAX = 10_000

export interface Change {
  /** What was done, as `topic.create`. */
  readonly action: string
  /** To what: a name. */
  readonly subject: string
  /** As JSON, kept within bounds; null for what was not there. */
  readonly before: unknown
  /** Null for what is not there any more. */
  readonly after: unknown
}

export interface AuditEntry extends Change {
  /** Rises, over restarts too, as long as the clock is not set back by more than the broker was down. */
  readonly id: number
  /** Milliseconds since 1970. */
  readonly at: number
  /** Null for what the broker did by itself. */
  readonly actor: Actor | null
}

export interface Audit {
  imageChanged(before: ClusterImage, next: ClusterImage, by: Actor | null): void
  note(change: Change, by: Actor | null): void
  /** Of the newest; 0 before the first. */
  lastId(): number
  /** The newest first. */
  entries(): readonly AuditEntry[]
  /** Those of before the start, the oldest first. */
  restore(older: readonly AuditEntry[]): void
}

/** `keep` is given each new entry. */
export const createAudit = (clock: Pick<Clock, 'now'>, keep: (entry: AuditEntry) => void = () => {}): Audit => {
  let kept: AuditEntry[] = []
  let lastId = 0
  const note = (change: Change, actor: Actor | null): void => {
    const told = { subject: cut(change.subject), before: bounded(change.before), after: bounded(change.after) }
    const by = actor === null ? null : { ...actor, clientId: actor.clientId === null ? null : cut(actor.clientId) }
    const at = clock.now()
    lastId = Math.max(lastId + 1, at)
    const entry = { action: change.action, ...told, id: lastId, at, actor: by }
    kept.push(entry)
    if (kept.length > ENTRIES_MAX) kept.shift()
    keep(entry)
  }
  return {
    imageChanged(before, next, by) {
      // What lay in the store at the start was changed by nobody now.
      if (before.revision === 0) return
      for (const change of differences(before, next)) note(change, by)
    },
    note,
    lastId: () => lastId,
    entries: () => kept.toReversed(),
    restore(older) {
      kept = [...older, ...kept].slice(-ENTRIES_MAX)
      lastId = Math.max(lastId, older.at(-1)?.id ?? 0)
    },
  }
}
