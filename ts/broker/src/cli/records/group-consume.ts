// Consuming as a member of a group: partitions are shared with the others, and what was shown is committed.
import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from '../client/client.ts'
import { committedOffsets } from '../client/groups.ts'
import { EARLIEST, LATEST, offsetsAt, placeKey } from '../client/offsets.ts'
import { closeConsumer, type FetchedRecord, fromLibrary, type GroupConsumer, openConsumer } from '../client/records.ts'
import { describeTopics } from '../client/topics.ts'
import { Failure } from '../failure.ts'
import type { Interruption } from '../session.ts'
import type { Settings } from '../settings.ts'
import type { ConsumeOptions } from './consume.ts'

const COMMIT_EVERY_MS = 1000
const LOOK_EVERY_MS = 100

/** Resolves once `take` answers false, `signal` aborts, or with `--exit` the end of what is assigned is reached. */
export const consumeAsGroup = async (
  client: Client,
  settings: Settings,
  topics: readonly string[],
  group: string,
  { offset = 'start', partition, exit }: ConsumeOptions,
  { signal }: Interruption,
  take: (record: FetchedRecord) => Promise<boolean>,
): Promise<void> => {
  if (partition.length > 0) throw new Failure('usage', '--partition is not for a group: the group shares them out')
  if (offset !== 'start' && offset !== 'end')
    throw new Failure('usage', `--offset ${offset} is not for a group: it begins where it committed`, {
      next: 'give start or end, for what nothing is committed for; millrace group reset moves a group',
    })
  const positions = await positionsOf(client, topics, group, offset)
  const consumer = openConsumer(settings, group)
  const commits = createCommits(consumer)
  try {
    const stream = await consumer.consume({
      topics: [...topics],
      mode: 'committed',
      fallbackMode: offset === 'start' ? 'earliest' : 'latest',
      autocommit: false,
    })
    const ended = new AbortController()
    const either = AbortSignal.any([signal, ended.signal])
    either.addEventListener('abort', () => stream.destroy(), { once: true })
    const watching = exit === true ? endReached(consumer, positions, either).then(() => ended.abort()) : null
    try {
      for await (const { topic, partition: at, offset: found, timestamp, key, value, headers } of stream) {
        const isLast = !(await take({
          topic,
          partition: at,
          offset: found,
          leaderEpoch: -1,
          timestamp,
          key,
          value,
          headers: [...headers],
          compression: 'unknown',
        }))
        positions.next.set(placeKey({ topic, partition: at }), Number(found) + 1)
        commits.shown(topic, at, found)
        if (isLast || either.aborted) break
        await commits.commitIfDue()
      }
    } catch (error) {
      if (!either.aborted) throw error
    }
    ended.abort()
    await watching
    await commits.commit()
  } catch (error) {
    throw fromLibrary(`consuming as ${group}`, error)
  } finally {
    await closeConsumer(consumer)
  }
}

interface Positions {
  readonly next: Map<string, number>
  readonly ends: ReadonlyMap<string, number>
}

const positionsOf = async (
  client: Client,
  names: readonly string[],
  group: string,
  offset: 'start' | 'end',
): Promise<Positions> => {
  const topics = await client.retrying(() => describeTopics(client, names))
  const ends = await offsetsAt(client, topics, LATEST)
  const next = new Map(offset === 'end' ? ends : await offsetsAt(client, topics, EARLIEST))
  for (const { topic, partition, offset: committed } of await committedOffsets(client, group))
    next.set(placeKey({ topic, partition }), committed)
  return { next, ends }
}

const endReached = async (consumer: GroupConsumer, { next, ends }: Positions, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    const assigned = (consumer.assignments ?? []).flatMap(({ topic, partitions }) =>
      partitions.map((partition) => placeKey({ topic, partition })),
    )
    if (consumer.assignments !== null && assigned.every((key) => (next.get(key) ?? 0) >= (ends.get(key) ?? 0))) return
    await pause(LOOK_EVERY_MS)
  }
}

const createCommits = (consumer: GroupConsumer) => {
  const pending = new Map<string, { topic: string; partition: number; offset: bigint; leaderEpoch: number }>()
  let due = performance.now() + COMMIT_EVERY_MS
  const commit = async (): Promise<void> => {
    const offsets = [...pending.values()]
    pending.clear()
    due = performance.now() + COMMIT_EVERY_MS
    if (offsets.length > 0) await consumer.commit({ offsets })
  }
  return {
    shown: (topic: string, partition: number, offset: bigint): void => {
      pending.set(placeKey({ topic, partition }), { topic, partition, offset: offset + 1n, leaderEpoch: -1 })
    },
    commit,
    commitIfDue: async (): Promise<void> => {
      if (performance.now() >= due) await commit()
    },
  }
}
