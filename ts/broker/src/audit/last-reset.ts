/** The last time that somebody moved the offsets of a group, what that replaced and whether it was an undo, by the audit list. */
import type { AuditEntry } from './audit.ts'
import { fieldsOf } from './bounded.ts'

interface Place {
  readonly topic: string
  readonly partition: number
}

export interface KnownPosition extends Place {
  readonly offset: number
}

export interface KnownMove extends Place {
  /** Null for no offset; so is `after`. */
  readonly before: number | null
  readonly after: number | null
}

export interface LastReset {
  /** The last one, where the change has several. */
  readonly entry: AuditEntry
  /** It put back what the reset before it had replaced. */
  readonly isUndo: boolean
  /** Of partitions that got another offset; null where the list has lost an entry. */
  readonly moves: readonly KnownMove[] | null
  readonly positions: readonly KnownPosition[]
  /** Partitions that had no offset. */
  readonly none: number
  /** Positions in topics that were deleted since. */
  readonly deleted: number
  /** Positions that the list had no room for. */
  readonly cut: number
}

interface Reset {
  readonly entry: AuditEntry
  /** Each partition that it named; null where the list has lost an entry: half of a reset is not undone. */
  readonly places: readonly KnownMove[] | null
  readonly cut: number
  /** Topics that were deleted since. */
  readonly gone: ReadonlySet<string>
}

/** A topic, a partition. */
const PLACE = /^([\w.-]+)-(\d+)$/

/** `entries` have the newest first. */
export const lastReset = (entries: readonly AuditEntry[], group: string): LastReset | null => {
  const resets = resetsOf(entries, group)
  const { value: last } = resets.next()
  if (last === undefined) return null
  const { entry, places, cut, gone } = last
  const known = (places ?? []).flatMap(({ topic, partition, before }) =>
    before === null ? [] : [{ topic, partition, offset: before }],
  )
  const positions = known.filter(({ topic }) => !gone.has(topic))
  return {
    entry,
    isUndo: isUndo(last, resets),
    moves: places?.filter(isMoved) ?? null,
    positions,
    none: (places?.length ?? 0) - known.length,
    deleted: known.length - positions.length,
    cut,
  }
}

/** The newest first. A group that was deleted since is another one. */
const resetsOf = function* (entries: readonly AuditEntry[], group: string): Generator<Reset, undefined> {
  const gone = new Set<string>()
  for (const [index, entry] of entries.entries()) {
    const { action, subject, parts } = entry
    if (action === 'topic.delete') gone.add(subject)
    if (action === 'group.delete' && subject === group) return undefined
    if (action !== 'group.offsets' || subject !== group || isContinued(entry, entries[index - 1])) continue
    yield { entry, ...placesIn(wholeOf(entries.slice(index, index + parts))), gone: new Set(gone) }
  }
  return undefined
}

/** Whether the one behind it is of the same change. */
const isContinued = ({ action, subject, part, parts }: AuditEntry, next: AuditEntry | undefined): boolean =>
  next?.action === action && next.subject === subject && next.parts === parts && next.part > part

/** The entries of a change, the first at first; null where the list has lost one. */
const wholeOf = (entries: readonly AuditEntry[]): readonly AuditEntry[] | null => {
  const parts = entries.toReversed()
  return parts.every(({ part }, at) => part === at + 1) && parts.at(-1)?.parts === parts.length ? parts : null
}

const placesIn = (parts: readonly AuditEntry[] | null): Pick<Reset, 'places' | 'cut'> => {
  if (parts === null) return { places: null, cut: 0 }
  const told = parts.map(({ before, after }) => ({ ...fieldsIn(before), after: new Map(fieldsIn(after).fields) }))
  const places = told.flatMap(({ fields, after }) => fields.flatMap(([name, offset]) => placeOf(name, offset, after)))
  const named = told.reduce((sum, { fields, more }) => sum + fields.length + more, 0)
  return { places, cut: named - places.length }
}

const fieldsIn = (side: unknown) => fieldsOf(typeof side === 'object' && side !== null ? side : {})

/** Nothing for a name that was cut. */
const placeOf = (name: string, before: unknown, afters: ReadonlyMap<string, unknown>): readonly KnownMove[] => {
  const [, topic, partition] = PLACE.exec(name) ?? []
  const after = afters.get(name) ?? null
  return topic === undefined || !isOffset(before) || !isOffset(after)
    ? []
    : [{ topic, partition: Number(partition), before, after }]
}

const isOffset = (value: unknown): value is number | null => value === null || typeof value === 'number'

const isMoved = ({ before, after }: KnownMove): boolean => before !== after

/** What puts back an undo is a reset again. */
const isUndo = (last: Reset, earlier: Iterable<Reset>): boolean => {
  let [later, undoes] = [last, false]
  for (const reset of earlier) {
    if (!putsBack(later, reset)) break
    undoes = !undoes
    later = reset
  }
  return undoes
}

/** Whether all that a reset moved stands where it stood before, as far as it can, and nothing else was moved. */
const putsBack = ({ places: next }: Reset, { places: replaced, gone }: Reset): boolean => {
  if (next === null || replaced === null || next.length === 0) return false
  const before = new Map(replaced.map((place) => [keyOf(place), place.before]))
  const named = new Set(next.map(keyOf))
  return (
    next.every((place) => before.get(keyOf(place)) === place.after) &&
    replaced.filter(isMoved).every((place) => named.has(keyOf(place)) || place.before === null || gone.has(place.topic))
  )
}

const keyOf = ({ topic, partition }: Place): string => `${topic}/${partition}`
