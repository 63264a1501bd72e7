// Consumer groups of a cluster, their members and offsets.
import { offsetCommit } from '../../messages/08-offset-commit.ts'
import { offsetFetch } from '../../messages/09-offset-fetch.ts'
import { describeGroups } from '../../messages/15-describe-groups.ts'
import { listGroups as listGroupsApi } from '../../messages/16-list-groups.ts'
import { deleteGroups } from '../../messages/42-delete-groups.ts'
import { offsetDelete } from '../../messages/47-offset-delete.ts'
import { errorName } from '../../wire/errors.ts'
import type { Infer } from '../../wire/schema.ts'
import { readAssignment } from '../../groups/classic/assignment.ts'
import { check, Failure, refused } from '../failure.ts'
import type { Client } from './client.ts'

import { byTopic, EARLIEST, LATEST, type Offsets, offsetsAt, type Place, placeKey } from './offsets.ts'
import { type Done, listTopics, type Topic } from './topics.ts'

/** The last versions that name topics rather than their ids. */
export const fetchByName = { ...offsetFetch, versions: [1, 9] } as const
const commitByName = { ...offsetCommit, versions: [2, 9] } as const

export interface ListedGroup {
  readonly group: string
  readonly state: string
  readonly type: string
  readonly protocol: string
  readonly coordinator: number
}

export interface Member {
  readonly id: string
  readonly instance: string | null
  readonly client: string
  readonly host: string
  /** Null where the protocol is not that of consumers. */
  readonly partitions: readonly Place[] | null
}

export interface DescribedGroup {
  readonly group: string
  readonly state: string
  readonly protocol: string
  readonly assignor: string
  readonly members: readonly Member[]
}

export interface CommittedOffset extends Place {
  readonly offset: number
  readonly metadata: string
}

export interface Lag extends Place {
  /** Null where nothing is committed. */
  readonly committed: number | null
  /** Null where the partition has no leader, or is gone. */
  readonly start: number | null
  readonly end: number | null
  /** Records that are still to be read: from what is committed, or from the first where that is further, to the end. */
  readonly lag: number | null
}

/** The groups of every broker, by name. */
export const listGroups = async (client: Client): Promise<readonly ListedGroup[]> => {
  const { brokers } = await client.cluster()
  const lists = brokers.map(async ({ id }) => {
    const { errorCode, groups } = await client.askBroker(id, listGroupsApi, {})
    check(`broker ${id}`, errorCode)
    return groups.map(({ groupId, groupState, groupType, protocolType }) => ({
      group: groupId,
      state: groupState,
      type: groupType,
      protocol: protocolType,
      coordinator: id,
    }))
  })
  return (await Promise.all(lists)).flat().sort((left, right) => (left.group < right.group ? -1 : 1))
}

/** Throws where the group does not exist. A group of the newer protocol is described without its members. */
export const describeGroup = (client: Client, name: string): Promise<DescribedGroup> =>
  client.retrying(async () => {
    const { groups } = await client.askCoordinator(name, describeGroups, { groups: [name] })
    const [found] = groups
    const listed = found === undefined || isUnknown(found) ? await findListed(client, name) : null
    if (listed !== null)
      return { group: name, state: listed.state, protocol: listed.protocol, assignor: '', members: [] }
    if (found === undefined || isUnknown(found)) throw refused(`group ${name}`, 'GROUP_ID_NOT_FOUND')
    check(`group ${name}`, found.errorCode, found.errorMessage)
    return {
      group: name,
      state: found.groupState,
      protocol: found.protocolType,
      assignor: found.protocolData,
      members: found.members.map((member) => ({
        id: member.memberId,
        instance: member.groupInstanceId,
        client: member.clientId,
        host: member.clientHost.replace(/^\//, ''),
        partitions: found.protocolType === 'consumer' ? assigned(member.memberAssignment) : null,
      })),
    }
  })

export const assigned = (bytes: Buffer): readonly Place[] | null =>
  readAssignment(bytes)?.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition }))) ??
  null

export const isUnknown = ({ errorCode, groupState }: { errorCode: number; groupState: string }): boolean =>
  errorName(errorCode) === 'GROUP_ID_NOT_FOUND' || groupState === 'Dead'

const findListed = async (client: Client, name: string): Promise<ListedGroup | null> =>
  (await listGroups(client)).find(({ group }) => group === name) ?? null

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
    return committedIn(found.topics)
  })

type FetchedTopics = Infer<typeof offsetFetch.response>['topics']

export const committedIn = (topics: FetchedTopics): readonly CommittedOffset[] =>
  topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, committedOffset, metadata, errorCode }) => {
      check(`partition ${partitionIndex} of topic ${name}`, errorCode)
      return { topic: name, partition: partitionIndex, offset: committedOffset, metadata: metadata ?? '' }
    }),
  )

/** How far behind a group is, in each partition of the topics that it has committed to, and in what its members were given. */
export const lagOf = async (
  client: Client,
  committed: readonly CommittedOffset[],
  assigned: readonly Place[],
): Promise<readonly Lag[]> => {
  const topics = new Set([...assigned, ...committed].map(({ topic }) => topic))
  return lagIn(await extentOf(client, topics), committed, assigned)
}

/** Where the partitions of topics begin and end; those without a leader do nowhere. */
export interface Extent {
  readonly topics: readonly Topic[]
  readonly starts: Offsets
  readonly ends: Offsets
}

export const extentOf = async (client: Client, names: ReadonlySet<string>): Promise<Extent> => {
  const topics = (await listTopics(client)).filter(({ name }) => names.has(name))
  const led = topics.map((topic) => ({
    ...topic,
    partitions: topic.partitions.filter(({ leader }) => leader !== null),
  }))
  return { topics, starts: await offsetsAt(client, led, EARLIEST), ends: await offsetsAt(client, led, LATEST) }
}

export const lagIn = (
  { topics, starts, ends }: Extent,
  committed: readonly CommittedOffset[],
  assigned: readonly Place[],
): readonly Lag[] => {
  const read = new Set(committed.map(({ topic }) => topic))
  const beside = topics
    .filter(({ name }) => read.has(name))
    .flatMap(({ name, partitions }) => partitions.map(({ partition }) => ({ topic: name, partition })))
  const places = new Map([...beside, ...assigned, ...committed].map((place) => [placeKey(place), place]))
  const offsets = new Map(committed.map((one) => [placeKey(one), one.offset]))
  return [...places]
    .map(([key, { topic, partition }]) => {
      const [offset = null, start = null, end = null] = [offsets.get(key), starts.get(key), ends.get(key)]
      const lag = offset === null || end === null ? null : Math.max(0, end - Math.max(offset, start ?? 0))
      return { topic, partition, committed: offset, start, end, lag }
    })
    .sort((left, right) =>
      left.topic === right.topic ? left.partition - right.partition : left.topic < right.topic ? -1 : 1,
    )
}

/** Of all partitions together. Where a group goes on without an offset only its members know: at the start or at the end. */
export const lagSum = (lags: readonly Lag[]) => ({
  lag: lags.reduce((sum, one) => sum + (one.lag ?? 0), 0),
  partitionsWithoutOffset: lags.filter(({ committed }) => committed === null).length,
})

/** Commits these for a group without members. Throws a Failure for the first that was refused. */
export const commitOffsets = (client: Client, group: string, offsets: readonly CommittedOffset[]): Promise<void> =>
  client.retrying(async () => {
    const { topics } = await client.askCoordinator(group, commitByName, {
      groupId: group,
      memberId: '',
      topics: byTopic(offsets).map(([name, of]) => ({
        name,
        partitions: of.map(({ partition, offset, metadata }) => ({
          partitionIndex: partition,
          committedOffset: offset,
          committedMetadata: metadata,
        })),
      })),
    })
    for (const { name, partitions } of topics)
      for (const { partitionIndex, errorCode } of partitions)
        check(`partition ${partitionIndex} of topic ${name}`, errorCode)
  })

/** Forgets what a group committed for these. */
export const forgetOffsets = (client: Client, group: string, places: readonly Place[]): Promise<void> =>
  client.retrying(async () => {
    const { errorCode, topics } = await client.askCoordinator(group, offsetDelete, {
      groupId: group,
      topics: byTopic(places).map(([name, of]) => ({
        name,
        partitions: of.map(({ partition }) => ({ partitionIndex: partition })),
      })),
    })
    check(`group ${group}`, errorCode)
    for (const { name, partitions } of topics)
      for (const one of partitions) check(`partition ${one.partitionIndex} of topic ${name}`, one.errorCode)
  })

export const deleteGroup = async (client: Client, group: string): Promise<Done<null>> => {
  try {
    const { results } = await client.askCoordinator(group, deleteGroups, { groupsNames: [group] })
    for (const { errorCode } of results) check(`group ${group}`, errorCode)
    return { subject: group, result: null }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { subject: group, result: error }
  }
}
