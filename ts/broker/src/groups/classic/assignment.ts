/**
 * What a member of a group of consumers was given, read from what its leader sent for it:
 *
 * ```
 * version i16 | topics: count i32, each: length i16, UTF-8, partitions: count i32, i32 each | userData ...
 * ```
 */
export interface AssignedTopic {
  readonly topic: string
  readonly partitions: readonly number[]
}

const VERSION_BYTES = 2
const COUNT_BYTES = 4
const LENGTH_BYTES = 2
const PARTITION_BYTES = 4

/** Null where it does not follow the consumers' format. */
export const readAssignment = (bytes: Buffer): readonly AssignedTopic[] | null => {
  if (bytes.length < VERSION_BYTES + COUNT_BYTES || bytes.readInt16BE(0) < 0) return null
  const count = bytes.readInt32BE(VERSION_BYTES)
  let at = VERSION_BYTES + COUNT_BYTES
  if (count < 0 || count > (bytes.length - at) / (LENGTH_BYTES + COUNT_BYTES)) return null
  const topics: AssignedTopic[] = []
  for (let index = 0; index < count; index++) {
    if (bytes.length - at < LENGTH_BYTES) return null
    const length = bytes.readInt16BE(at)
    at += LENGTH_BYTES
    if (length < 0 || bytes.length - at < length + COUNT_BYTES) return null
    const topic = bytes.toString('utf8', at, at + length)
    at += length
    const partitions = bytes.readInt32BE(at)
    at += COUNT_BYTES
    if (partitions < 0 || partitions > (bytes.length - at) / PARTITION_BYTES) return null
    const start = at
    topics.push({
      topic,
      partitions: Array.from({ length: partitions }, (_, each) => bytes.readInt32BE(start + each * PARTITION_BYTES)),
    })
    at += partitions * PARTITION_BYTES
  }
  return topics
}
