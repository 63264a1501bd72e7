/** What one key of a topic or a broker was set to, by the audit list. */
import type { AuditEntry } from './audit.ts'

export interface ConfigChange {
  readonly entry: AuditEntry
  /** Null where it was not set there. */
  readonly before: string | null
  readonly after: string | null
}

export interface ConfigSubject {
  readonly of: 'topic' | 'broker'
  readonly name: string
}

/** What brokers are called that all share a key. */
export const ALL_BROKERS_TOLD = 'all brokers'

/** `entries` and the answer have the newest first. Of a topic it goes back to its creation: what was before was another. */
export const configHistory = (
  entries: readonly AuditEntry[],
  { of, name }: ConfigSubject,
  key: string,
): readonly ConfigChange[] => {
  const changes: ConfigChange[] = []
  for (const entry of entries) {
    const { action, subject } = entry
    const isCreation = of === 'topic' && action === 'topic.create' && subject === name
    const isChange =
      action === `${of}.configs` && (subject === name || (of === 'broker' && subject === ALL_BROKERS_TOLD))
    const before = isChange ? valueIn(entry.before, key) : undefined
    const after = isChange ? valueIn(entry.after, key) : valueIn(fieldIn(entry.after, 'configs'), key)
    if ((isChange || isCreation) && after !== undefined) changes.push({ entry, before: before ?? null, after })
    if (isCreation) break
  }
  return changes
}

const fieldIn = (told: unknown, name: string): unknown =>
  typeof told === 'object' && told !== null && Object.hasOwn(told, name)
    ? (told as Readonly<Record<string, unknown>>)[name]
    : undefined

/** Undefined where the entry is not about the key. */
const valueIn = (told: unknown, key: string): string | null | undefined => {
  const value = fieldIn(told, key)
  return typeof value === 'string' || value === null ? value : undefined
}
