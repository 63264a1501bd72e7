// Places that people name, as offsets of each partition.
import type { Client } from '../client/client.ts'
import { type Offsets, offsetsAt } from '../client/offsets.ts'
import type { Topic } from '../client/topics.ts'
import type { Point } from './range.ts'

/** By `placeKey`; not yet held to what the partition has. */
export const pointsOf = async (
  client: Client,
  topics: readonly Topic[],
  point: Point,
  starts: Offsets,
  ends: Offsets,
): Promise<Offsets> => {
  switch (point.kind) {
    case 'start':
      return moved(starts, point.plus)
    case 'end':
      return moved(ends, -point.minus)
    case 'offset':
      return new Map([...starts.keys()].map((key) => [key, point.offset]))
    case 'time': {
      const found = await offsetsAt(client, topics, point.ms)
      return new Map([...found].map(([key, offset]) => [key, offset < 0 ? (ends.get(key) ?? 0) : offset]))
    }
  }
}

const moved = (offsets: Offsets, by: number): Offsets =>
  new Map([...offsets].map(([key, offset]) => [key, offset + by]))
