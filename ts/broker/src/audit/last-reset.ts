/** The last time that somebody moved the offsets of a group, and where it stood before, by the audit list. */
import type { AuditEntry } from './audit.ts'
import { fieldsOf } from './bounded.ts'

export interface KnownPosition {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

export interface LastReset {
  /** The last one, where the change has several. */
  readonly entry: AuditEntry
  readonly positions: readonly KnownPosition[]
  /** Partitions that had no offset. */
  readonly none: number
  /** Positions in topics that were deleted since. */
  readonly deleted: number
  /** Positions that the list had no room for. */
  readonly cut: number
}

/** A topic, a partition. */
const PLACE = /^([\w.-]+)-(\d+)$/

/** `entries` have the newest first. A group that was deleted since is another one. */
export const lastReset = (entries: readonly AuditEntry[], group: string): LastReset | null => {
  const gone = new Set<string>()
  for (const [index, entry] of entries.entries()) {
    const { action, subject, parts } = entry
    if (action === 'topic.delete') gone.add(subject)
    if (action === 'group.delete' && subject === group) return null
    if (action === 'group.offsets' && subject === group)
      return { entry, ...positionsIn(wholeOf(entries.slice(index, index + parts)), gone) }
  }
  return null
}

/** The entries of a change, the first at first; none where the list has lost one: half of a reset is not undone. */
const wholeOf = (entries: readonly AuditEntry[]): readonly AuditEntry[] => {
  const parts = entries.toReversed()
  return parts.every(({ part }, at) => part === at + 1) && parts.at(-1)?.parts === parts.length ? parts : []
}

const positionsIn = (parts: readonly AuditEntry[], gone: ReadonlySet<string>): Omit<LastReset, 'entry'> => {
  const told = parts.map(({ before }) => fieldsOf(typeof before === 'object' && before !== null ? before : {}))
  const fields = told.flatMap((part) => part.fields)
  const places = fields.flatMap(placeOf)
  const known = places.flatMap(({ offset, ...place }) => (offset === null ? [] : [{ ...place, offset }]))
  const positions = known.filter(({ topic }) => !gone.has(topic))
  return {
    positions,
    none: places.length - known.length,
    deleted: known.length - positions.length,
    cut: told.reduce((sum, { more }) => sum + more, 0) + fields.length - places.length,
  }
}

/** Nothing for a name that was cut. */
const placeOf = ([name, offset]: readonly [name: string, value: unknown]) => {
  const [, topic, partition] = PLACE.exec(name) ?? []
  const isOffset = offset === null || typeof offset === 'number'
  return topic === undefined || !isOffset ? [] : [{ topic, partition: Number(partition), offset }]
}
