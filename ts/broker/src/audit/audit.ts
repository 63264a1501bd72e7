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
  /** Which one it is, from 1 on, of the entries of a change that one has no room for: they follow each other. */
  readonly part: number
  /** How many those are. */
  readonly parts: number
  /** Null for what the broker did by itself. */
  readonly actor: Actor | null
}

export interface Audit {
  imageChanged(before: ClusterImage, next: ClusterImage, by: Actor | null): void
  note(change: Change, by: Actor | null): void
  /** One change, in as many entries. */
  noteParts(parts: readonly Change[], by: Actor | null): void
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
  const noteParts = (parts: readonly Change[], actor: Actor | null): void => {
    const by = actor === null ? null : { ...actor, clientId: actor.clientId === null ? null : cut(actor.clientId) }
    const at = clock.now()
    for (const [index, { action, subject, before, after }] of parts.entries()) {
      lastId = Math.max(lastId + 1, at)
      const told = { subject: cut(subject), before: bounded(before), after: bounded(after) }
      const entry = { action, ...told, id: lastId, at, part: index + 1, parts: parts.length, actor: by }
      kept.push(entry)
      if (kept.length > ENTRIES_MAX) kept.shift()
      keep(entry)
    }
  }
  const note = (change: Change, by: Actor | null): void => noteParts([change], by)
  return {
    imageChanged(before, next, by) {
      // What lay in the store at the start was changed by nobody now.
      if (before.revision === 0) return
      for (const change of differences(before, next)) note(change, by)
    },
    note,
    noteParts,
    lastId: () => lastId,
    entries: () => kept.toReversed(),
    restore(older) {
      kept = [...older, ...kept].slice(-ENTRIES_MAX)
      lastId = Math.max(lastId, older.at(-1)?.id ?? 0)
    },
  }
}
