// Which partitions are read, from where to where.
import type { Client } from '../client/client.ts'
import { EARLIEST, LATEST, offsetsAt, placeKey } from '../client/offsets.ts'
import type { Reading } from '../client/records.ts'
import type { Topic } from '../client/topics.ts'
import { Failure } from '../failure.ts'
import { parseCount } from '../numbers.ts'
import { pointsOf } from './points.ts'
import type { Range } from './range.ts'

/** `0,3` and `0`, `3` alike; all of them where none is chosen. Throws a Failure. */
export const onlyPartitions = (topics: readonly Topic[], chosen: readonly string[]): readonly Topic[] => {
  if (chosen.length === 0) return topics
  const wanted = new Set(chosen.flatMap((text) => text.split(',')).map((text) => parseCount('--partition', text, 0)))
  const kept = topics.map((topic) => ({
    ...topic,
    partitions: topic.partitions.filter(({ partition }) => wanted.has(partition)),
  }))
  if (kept.every(({ partitions }) => partitions.length === 0))
    throw new Failure('notFound', `no partition ${chosen.join(', ')} in ${topics.map(({ name }) => name).join(', ')}`)
  return kept
}

/** With `exit` they stop where the partitions end now. */
export const readingsOf = async (
  client: Client,
  topics: readonly Topic[],
  { from, to }: Range,
  exit: boolean,
): Promise<readonly Reading[]> => {
  const starts = await offsetsAt(client, topics, EARLIEST)
  const ends = await offsetsAt(client, topics, LATEST)
  const begin = await pointsOf(client, topics, from, starts, ends)
  const stop = to === null ? null : await pointsOf(client, topics, to, starts, ends)
  return topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partition }) => {
      const place = { topic: name, partition }
      const key = placeKey(place)
      const [start = 0, end = 0] = [starts.get(key), ends.get(key)]
      const next = Math.max(begin.get(key) ?? start, start)
      const until = stop?.get(key) ?? (exit ? end : null)
      return {
        ...place,
        next: BigInt(Math.min(next, end)),
        stop: until === null ? null : BigInt(exit ? Math.min(until, end) : until),
      }
    }),
  )
}
