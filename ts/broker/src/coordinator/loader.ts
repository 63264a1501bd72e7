/**
 * Replays one partition into a state. What a transaction wrote counts from its commit marker on, and never replaces
 * what was written to the same key after it; what is aborted or left open at the end of the log does not count.
 */
import { BrokerError } from '../base/errors.ts'
import { readBatches, type ReadBatch, type ReadRecord } from './record-batch.ts'
import type { RecordsPort } from './records-port.ts'
import type { Shard } from './shard.ts'

export interface Replayed {
  readonly records: number
  readonly skipped: number
  /** Transactions without a marker. */
  readonly open: number
}

/** The type in a control record's key; the other is 0, abort. */
const COMMIT_MARKER = 1
const MARKER_TYPE_AT = 2

interface Held<Rec> {
  readonly offset: number
  readonly record: Rec
}

export const replay = async <State, Command, Rec>(
  shard: Shard<State, Command, Rec>,
  state: State,
  port: RecordsPort,
  partition: number,
): Promise<Replayed> => {
  const open = new Map<string, Map<string, Held<Rec>>>()
  let records = 0
  let skipped = 0

  const settle = (record: Rec, offset: number): void => {
    shard.apply(state, record)
    const key = shard.keyOf(record)
    for (const held of open.values()) {
      if ((held.get(key)?.offset ?? offset) < offset) held.delete(key)
    }
  }

  const end = (transaction: string, marker: ReadRecord | undefined): void => {
    const held = open.get(transaction)
    open.delete(transaction)
    if (marker === undefined || marker.key.length < MARKER_TYPE_AT + 2) return
    if (held === undefined || marker.key.readInt16BE(MARKER_TYPE_AT) !== COMMIT_MARKER) return
    for (const { record, offset } of held.values()) settle(record, offset)
  }

  const take = (batch: ReadBatch): void => {
    if (batch.control) {
      if (batch.transaction !== null) end(batch.transaction, batch.records[0])
      return
    }
    for (const stored of batch.records) {
      const record = shard.codec.decode(stored)
      records++
      if (record === null) skipped++
      else if (batch.transaction === null) settle(record, stored.offset)
      else {
        const held = open.get(batch.transaction) ?? new Map<string, Held<Rec>>()
        open.set(batch.transaction, held.set(shard.keyOf(record), { offset: stored.offset, record }))
      }
    }
  }

  for (let offset = 0; ;) {
    const bytes = await port.read(partition, offset)
    if (bytes.length === 0) return { records, skipped, open: open.size }
    const from = offset
    for (const batch of readBatches(bytes)) {
      if (batch.nextOffset <= from) continue
      take(batch)
      offset = batch.nextOffset
    }
    if (offset === from) throw new BrokerError('UNKNOWN_SERVER_ERROR', 'reading an internal topic makes no progress')
  }
}
