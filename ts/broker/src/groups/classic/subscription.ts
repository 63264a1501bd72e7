/**
 * The topics that a group of consumers subscribes to, read from what its members sent along with the chosen protocol:
 *
 * ```
 * version i16 | topics: count i32, each: length i16, UTF-8 | userData ... (and more in later versions)
 * ```
 */

/** Of all members together; null when one of them does not speak the consumers' format. */
export const readSubscriptions = (subscriptions: Iterable<Buffer>): ReadonlySet<string> | null => {
  const topics = new Set<string>()
  for (const subscription of subscriptions) {
    const theirs = readTopics(subscription)
    if (theirs === null) return null
    for (const topic of theirs) topics.add(topic)
  }
  return topics
}

const VERSION_BYTES = 2
const COUNT_BYTES = 4
const LENGTH_BYTES = 2

const readTopics = (bytes: Buffer): string[] | null => {
  if (bytes.length < VERSION_BYTES + COUNT_BYTES || bytes.readInt16BE(0) < 0) return null
  const count = bytes.readInt32BE(VERSION_BYTES)
  let at = VERSION_BYTES + COUNT_BYTES
  if (count < 0 || count > (bytes.length - at) / LENGTH_BYTES) return null
  const topics: string[] = []
  for (let index = 0; index < count; index++) {
    if (bytes.length - at < LENGTH_BYTES) return null
    const length = bytes.readInt16BE(at)
    at += LENGTH_BYTES
    if (length < 0 || length > bytes.length - at) return null
    topics.push(bytes.toString('utf8', at, at + length))
    at += length
  }
  return topics
}
