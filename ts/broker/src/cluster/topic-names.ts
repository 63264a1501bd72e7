/** What the name of a topic decides beyond being its name. The rules for new names are in `topics/names.ts`. */

/** Topics that coordinators write and clients may not. */
const INTERNAL_TOPICS: ReadonlySet<string> = new Set([
  '__consumer_offsets',
  '__transaction_state',
  '__share_group_state',
])

export const isInternalTopic = (name: string): boolean => INTERNAL_TOPICS.has(name)

/** A new topic may not have that of another: metric names write a dot as an underscore. */
export const collisionKey = (name: string): string => name.replaceAll('.', '_')
