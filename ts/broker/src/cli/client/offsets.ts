// Where partitions begin and end, and which offset stands for a time: asked of their leaders.
import { groupBy } from '../../base/group-by.ts'
import { listOffsets } from '../../messages/02-list-offsets.ts'
import { deleteRecords } from '../../messages/21-delete-records.ts'
import { check, refused } from '../failure.ts'
import type { Client } from './client.ts'
import type { Topic } from './topics.ts'

/** Times that stand for a place. */
export const EARLIEST = -2
export const LATEST = -1

export interface Place {
  readonly topic: string
  readonly partition: number
}

export const placeKey = ({ topic, partition }: Place): string => `${topic}/${partition}`

/** Offsets by `placeKey`; -1 where no record is as late as the time. */
export type Offsets = ReadonlyMap<string, number>

interface Led extends Place {
  readonly leader: number
}

const ledPlaces = (topics: readonly Topic[]): readonly Led[] =>
  topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partition, leader }) => {
      if (leader === null) throw refused(`partition ${partition} of topic ${name}`, 'LEADER_NOT_AVAILABLE')
      return { topic: name, partition, leader }
    }),
  )

const byLeader = (places: readonly Led[]): ReadonlyMap<number, readonly Led[]> =>
  groupBy(places, ({ leader }) => leader)

export const byTopic = <Of extends Place>(places: readonly Of[]): readonly (readonly [string, readonly Of[]])[] => [
  ...groupBy(places, ({ topic }) => topic),
]

/** The first offset at or after a time (ms), or at `EARLIEST` or `LATEST`, of every partition. */
export const offsetsAt = async (client: Client, topics: readonly Topic[], timestamp: number): Promise<Offsets> => {
  const found = new Map<string, number>()
  const asked = [...byLeader(ledPlaces(topics))].map(([leader, places]) =>
    client.retrying(async () => {
      const answer = await client.askBroker(leader, listOffsets, {
        replicaId: -1,
        topics: byTopic(places).map(([name, of]) => ({
          name,
          partitions: of.map(({ partition }) => ({ partitionIndex: partition, timestamp })),
        })),
        timeoutMs: client.timeoutMs,
      })
      for (const { name, partitions } of answer.topics) {
        for (const { partitionIndex, errorCode, offset } of partitions) {
          check(`partition ${partitionIndex} of topic ${name}`, errorCode)
          found.set(placeKey({ topic: name, partition: partitionIndex }), offset)
        }
      }
    }),
  )
  await Promise.all(asked)
  return found
}

/** Moves the start of partitions to these offsets; answers where they begin now. */
export const trimTo = async (client: Client, topic: Topic, offsets: Offsets): Promise<Offsets> => {
  const starts = new Map<string, number>()
  const trims = [...byLeader(ledPlaces([topic]))].map(async ([leader, places]) => {
    const partitions = places.flatMap((place) => {
      const offset = offsets.get(placeKey(place))
      return offset === undefined ? [] : [{ partitionIndex: place.partition, offset }]
    })
    const answer = await client.askBroker(leader, deleteRecords, {
      topics: [{ name: topic.name, partitions }],
      timeoutMs: client.timeoutMs,
    })
    for (const { partitionIndex, errorCode, lowWatermark } of answer.topics.flatMap((one) => one.partitions)) {
      check(`partition ${partitionIndex} of topic ${topic.name}`, errorCode)
      starts.set(placeKey({ topic: topic.name, partition: partitionIndex }), lowWatermark)
    }
  })
  await Promise.all(trims)
  return starts
}
