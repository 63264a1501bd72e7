/**
 * What makes the list outlast the process: entries go into an internal topic as JSON, behind the change that they tell of and
 * never in its way, and the last of them are read back after a start. Whoever kills the broker between a change and its entry
 * loses the entry.
 */
import type { Clock, Timer } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import { encodeBatch, readBatches } from '../coordinator/record-batch.ts'
import type { RecordsPort } from '../coordinator/records-port.ts'
import type { StoredRecord } from '../coordinator/shard.ts'
import { type AuditEntry, ENTRIES_MAX } from './audit.ts'

/** In one batch: well below a megabyte, as `bounded.ts` bounds each. */
const BATCH_ENTRIES_MAX = 32
/** A topic that cannot be written is tried again after so long. */
const RETRY_MS = 5000
const PARTITION = 0

export interface KeptOptions {
  readonly records: RecordsPort
  /** What the topic holds: its first offset and its end; null where there is none yet. */
  readonly extent: () => Promise<{ readonly first: number; readonly end: number } | null>
  readonly ensureTopic: () => Promise<void>
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly logger: Logger
}

export interface Kept {
  /** Returns at once; what cannot be written for long is given up from the oldest on. */
  keep(entry: AuditEntry): void
  /** Reads back what was kept, the oldest first, and writes from then on. Never throws. */
  begin(): Promise<readonly AuditEntry[]>
  /** Resolves when all is written that can be. */
  stop(): Promise<void>
}

export const createKept = ({ records, extent, ensureTopic, clock, logger }: KeptOptions): Kept => {
  const waiting: AuditEntry[] = []
  let begun: Promise<readonly AuditEntry[]> | undefined
  let isRead = false
  let writing: Promise<void> | undefined
  let retry: Timer | undefined
  let isFailing = false

  const writeAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, BATCH_ENTRIES_MAX)
      try {
        await ensureTopic()
        await records.append(PARTITION, encodeBatch(batch.map(stored), clock.now()))
        isFailing = false
      } catch (thrown) {
        waiting.unshift(...batch)
        if (!isFailing) logger.warn({ why: messageOf(thrown) }, 'the audit list cannot be kept, and is tried again')
        isFailing = true
        return
      }
    }
  }
  const write = (): Promise<void> => {
    retry?.cancel()
    writing ??= writeAll().finally(() => {
      writing = undefined
    })
    return writing
  }
  const writeAndRetry = async (): Promise<void> => {
    await write()
    if (waiting.length > 0) retry = clock.after(RETRY_MS, () => void writeAndRetry())
  }

  const read = async (): Promise<readonly AuditEntry[]> => {
    try {
      return await readBack(records, await extent(), logger)
    } catch (thrown) {
      logger.warn({ why: messageOf(thrown) }, 'the audit list of before the start cannot be read')
      return []
    } finally {
      isRead = true
      void writeAndRetry()
    }
  }

  return {
    keep(entry) {
      waiting.push(entry)
      if (waiting.length > ENTRIES_MAX) waiting.shift()
      if (isRead && !isFailing) void writeAndRetry()
    },
    begin: () => (begun ??= read()),
    async stop() {
      // A start that failed has nothing to keep, and nowhere.
      if (begun === undefined) return
      await begun
      await write()
      retry?.cancel()
    },
  }
}

const stored = (entry: AuditEntry): StoredRecord => ({
  key: Buffer.from(entry.subject),
  value: Buffer.from(JSON.stringify(entry)),
})

const readBack = async (
  records: RecordsPort,
  extent: { readonly first: number; readonly end: number } | null,
  logger: Logger,
): Promise<readonly AuditEntry[]> => {
  const found: AuditEntry[] = []
  let unread = 0
  for (let next = extent === null ? 0 : Math.max(extent.first, extent.end - ENTRIES_MAX); next < (extent?.end ?? 0);) {
    const from = next
    for (const batch of readBatches(await records.read(PARTITION, from))) {
      if (batch.nextOffset <= from) continue
      for (const { value } of batch.records) {
        const entry = entryOf(value)
        if (entry === null) unread += 1
        else found.push(entry)
      }
      next = batch.nextOffset
    }
    if (next === from) break
  }
  if (unread > 0) logger.warn({ records: unread }, 'records of the audit list are not of its form and left out')
  return found
}

/** Null for what this version did not write: clients may not write here, and yet. */
const entryOf = (value: Buffer | null): AuditEntry | null => {
  try {
    const told = JSON.parse(String(value)) as Partial<AuditEntry>
    // Older versions wrote whole changes and did not say so.
    const { id, at, part = 1, parts = 1, actor, action, subject, before = null, after = null } = told
    const isEntry = [id, at, part, parts].every(Number.isSafeInteger) && isText(action) && isText(subject)
    return isEntry && isActor(actor)
      ? ({ id, at, part, parts, actor, action, subject, before, after } as AuditEntry)
      : null
  } catch {
    return null
  }
}

const isText = (value: unknown): boolean => typeof value === 'string'

const isActor = (actor: AuditEntry['actor'] | undefined): boolean =>
  actor === null ||
  (typeof actor === 'object' &&
    isText(actor.principal) &&
    isText(actor.address) &&
    (actor.clientId === null || isText(actor.clientId)))
