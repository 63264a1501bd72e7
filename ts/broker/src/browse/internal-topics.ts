/** What Kafka's internal topics hold, as JSON text: every field, in the names of Kafka. */
import { OFFSETS_TOPIC } from '../groups/offsets-topic.ts'
import {
  groupMetadataKey,
  groupMetadataValue,
  offsetCommitKey,
  offsetCommitValue,
} from '../messages/internal/groups.ts'
import { readVersioned } from '../wire/codec.ts'
import type { Message } from '../wire/schema.ts'
import { writeExact } from './exact-json.ts'

export type Part = 'key' | 'value'

/** By the kind in the key. */
const kinds: readonly Readonly<Record<Part, Message>>[] = [
  { key: offsetCommitKey, value: offsetCommitValue },
  { key: offsetCommitKey, value: offsetCommitValue },
  { key: groupMetadataKey, value: groupMetadataValue },
]

/** Null where the topic is none of these, and for what is not known of it. `key` is that of the record. */
export const readInternal = (topic: string, part: Part, key: Buffer | null, bytes: Buffer): string | null => {
  if (topic !== OFFSETS_TOPIC || key === null || key.length < 2) return null
  const message = kinds[key.readInt16BE(0)]?.[part]
  if (message === undefined) return null
  try {
    const { version, value } = readVersioned(message, bytes)
    return writeExact({ [part === 'key' ? 'kind' : 'version']: version, ...value })
  } catch {
    return null
  }
}
