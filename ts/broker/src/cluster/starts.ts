/**
 * Counts the starts of a broker, before anything is served: with each of them it leads in new epochs (`leaders.ts`). Who
 * read a tail that a power failure took, where a topic allows that, learns it from the epoch. One record says it of all
 * partitions.
 */
import { messageOf } from '../base/errors.ts'
import type { BrokerId } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import { decodeChange, encodeRecord, keyOf } from './records.ts'
import type { Compare, Entry, MetadataStore, Snapshot } from './store/store.ts'

/** Answers what the store holds then. */
export const countStart = async (store: MetadataStore, broker: BrokerId, logger: Logger): Promise<Snapshot> => {
  const key = keyOf({ kind: 'starts', broker })
  for (;;) {
    const { revision, entries } = await store.snapshot()
    const counted = entries.find((entry) => entry.key === key)
    const compare: Compare = counted === undefined ? { key, is: 'absent' } : { key, is: 'unchanged', since: revision }
    const value = encodeRecord({ kind: 'starts', broker, record: { count: countIn(counted) + 1 } })
    const outcome = await store.commit([compare], [{ key, value }]).catch((thrown: unknown) => {
      // A disk that takes nothing does not keep the broker from serving what is there.
      logger.error({ why: messageOf(thrown) }, 'the start was not counted, leader epochs stay as they are')
      return undefined
    })
    if (outcome === undefined || value === null) return { revision, entries }
    // Else another broker's commit came between.
    if (outcome.committed && outcome.revision === revision + 1) {
      return { revision: outcome.revision, entries: [...entries.filter((entry) => entry !== counted), { key, value }] }
    }
  }
}

const countIn = (entry: Entry | undefined): number => {
  const change = entry === undefined ? undefined : decodeChange(entry.key, entry.value)
  return change?.kind === 'starts' ? (change.record?.count ?? 0) : 0
}
