/** What the name of a topic decides beyond being its name. The rules for new names are in `topics/names.ts`. */

/** The last entries of the audit list. */
export const AUDIT_TOPIC = '__millrace_audit'
/** What goes through the broker and back, once a second. */
export const CANARY_TOPIC = '__millrace_canary'

/** Of which coordinators keep the last record of each key. */
const COORDINATOR_TOPICS: ReadonlySet<string> = new Set([
  '__consumer_offsets',
  '__transaction_state',
  '__share_group_state',
])

export const isCoordinatorTopic = (name: string): boolean => COORDINATOR_TOPICS.has(name)

/** Topics that the broker writes and clients may not. */
export const isInternalTopic = (name: string): boolean =>
  isCoordinatorTopic(name) || name === AUDIT_TOPIC || name === CANARY_TOPIC

/** A new topic may not have that of another: metric names write a dot as an underscore. */
export const collisionKey = (name: string): string => name.replaceAll('.', '_')
