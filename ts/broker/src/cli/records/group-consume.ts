// Consuming as a member of a group: partitions are shared with the others, and what was shown, or left out by a filter, is committed.
import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from '../client/client.ts'
import { LATEST, type Offsets, offsetsAt, type Place, placeKey } from '../client/offsets.ts'
import {
  closeConsumer,
  type FetchedRecord,
  fromLibrary,
  type GroupConsumer,
  openConsumer,
  recordOf,
  type Take,
} from '../client/records.ts'
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
  take: Take,
): Promise<void> => {
  if (partition.length > 0) throw new Failure('usage', '--partition is not for a group: the group shares them out')
  if (offset !== 'start' && offset !== 'end')
    throw new Failure('usage', `--offset ${offset} is not for a group: it begins where it committed`, {
      next: 'give start or end, for what nothing is committed for; millrace group reset moves a group',
    })
  const described = await client.retrying(() => describeTopics(client, topics))
  const internal = described.find((topic) => topic.internal)
  if (internal !== undefined)
    throw new Failure('usage', `topic ${internal.name} is internal: no group reads it`, {
      next: 'leave --group out',
    })
  const ends = exit === true ? await offsetsAt(client, described, LATEST) : null
  const consumer = openConsumer(settings, group)
  try {
    await takeAsMember(consumer, { topics, offset, ends, signal, take })
  } catch (error) {
    // Why it ended is what is told: whoever cannot leave either is taken out once its session is over.
    await closeConsumer(consumer).catch(() => undefined)
    throw fromLibrary(`consuming as ${group}`, error)
  }
  await closeConsumer(consumer).catch((error: unknown) => {
    throw fromLibrary(`leaving ${group}`, error)
  })
}

interface Membership {
  readonly topics: readonly string[]
  /** Where to begin without a commit. */
  readonly offset: 'start' | 'end'
  /** Where to end, if anywhere. */
  readonly ends: Offsets | null
  readonly signal: AbortSignal
  readonly take: Take
}

const takeAsMember = async (
  consumer: GroupConsumer,
  { topics, offset, ends, signal, take }: Membership,
): Promise<void> => {
  const commits = createCommits(consumer)
  const stream = await consumer.consume({
    topics: [...topics],
    mode: 'committed',
    fallbackMode: offset === 'start' ? 'earliest' : 'latest',
    autocommit: false,
  })
  const ended = new AbortController()
  const either = AbortSignal.any([signal, ended.signal])
  either.addEventListener('abort', () => stream.destroy(), { once: true })
  const watching = ends === null ? null : endReached(consumer, stream, ends, either).then(() => ended.abort())
  const committing = commits.keep(either)
  // Told below; nothing more is read.
  committing.catch(() => ended.abort())
  try {
    for await (const message of stream) {
      const record = recordOf(message)
      const isLast = !(await take(record))
      commits.taken(record)
      if (isLast || either.aborted) break
    }
  } catch (error) {
    if (!either.aborted) throw error
  } finally {
    ended.abort()
  }
  await watching
  await committing
  await commits.commit()
}

/** What is read and not yet shown, and how far that goes: past what is never shown, as the marks of transactions, too. */
type Read = Pick<Awaited<ReturnType<GroupConsumer['consume']>>, 'offsetsToFetch' | 'readableLength'>

const endReached = async (consumer: GroupConsumer, read: Read, ends: Offsets, signal: AbortSignal): Promise<void> => {
  const isRead = (place: Place): boolean =>
    (read.offsetsToFetch.get(`${place.topic}:${place.partition}`) ?? -1n) >= BigInt(ends.get(placeKey(place)) ?? 0)
  while (!signal.aborted) {
    const assigned = consumer.assignments?.flatMap(({ topic, partitions }) =>
      partitions.map((partition) => ({ topic, partition })),
    )
    if (assigned?.every(isRead) === true && read.readableLength === 0) return
    await pause(LOOK_EVERY_MS)
  }
}

const createCommits = (consumer: GroupConsumer) => {
  const pending = new Map<string, { topic: string; partition: number; offset: bigint; leaderEpoch: number }>()
  const commit = async (): Promise<void> => {
    const offsets = [...pending.values()]
    pending.clear()
    if (offsets.length > 0) await consumer.commit({ offsets })
  }
  return {
    taken: ({ topic, partition, offset }: FetchedRecord): void => {
      pending.set(placeKey({ topic, partition }), { topic, partition, offset: offset + 1n, leaderEpoch: -1 })
    },
    commit,
    /** Now and then, whether more comes or not. */
    keep: async (signal: AbortSignal): Promise<void> => {
      for (;;) {
        await pause(COMMIT_EVERY_MS, undefined, { signal }).catch(() => undefined)
        if (signal.aborted) return
        await commit()
      }
    },
  }
}
