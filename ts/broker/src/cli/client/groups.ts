// Consumer groups of a cluster, their members and offsets.
import { offsetFetch } from '../../messages/09-offset-fetch.ts'
import { check } from '../failure.ts'
import type { Client } from './client.ts'
import type { Place } from './offsets.ts'

/** The last version that names topics rather than their ids. */
const fetchByName = { ...offsetFetch, versions: [1, 9] } as const

export interface CommittedOffset extends Place {
  readonly offset: number
  readonly metadata: string
}

/** Everything that a group has committed; nothing for a group that does not exist. */
export const committedOffsets = (client: Client, group: string): Promise<readonly CommittedOffset[]> =>
  client.retrying(async () => {
    const answer = await client.askCoordinator(group, fetchByName, {
      groupId: group,
      topics: null,
      groups: [{ groupId: group, topics: null }],
      requireStable: false,
    })
    const found = answer.groups[0] ?? answer
    check(`group ${group}`, found.errorCode)
    return found.topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, committedOffset, metadata, errorCode }) => {
        check(`partition ${partitionIndex} of topic ${name}`, errorCode)
        return { topic: name, partition: partitionIndex, offset: committedOffset, metadata: metadata ?? '' }
      }),
    )
  })
