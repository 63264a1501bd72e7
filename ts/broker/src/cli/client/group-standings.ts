// How each of many groups stands, with few requests: a coordinator is asked for many of its groups at once.
import { groupBy } from '../../base/group-by.ts'
import { describeGroups } from '../../messages/15-describe-groups.ts'
import type { Client } from './client.ts'
import {
  assigned,
  type CommittedOffset,
  committedIn,
  committedOffsets,
  extentOf,
  fetchByName,
  isUnknown,
  lagIn,
  lagSum,
  type ListedGroup,
  listGroups,
} from './groups.ts'
import type { Place } from './offsets.ts'

/** Null where the coordinator does not say. */
export interface Standing {
  readonly members: number | null
  readonly lag: number | null
  readonly partitionsWithoutOffset: number | null
}

interface Found {
  readonly group: string
  readonly members: number | null
  readonly given: readonly Place[]
  readonly committed: readonly CommittedOffset[] | null
}

/** That one request asks for. */
const GROUPS_MAX = 200

/** By the name of the group. */
export const standingsOf = async (
  client: Client,
  groups: readonly ListedGroup[],
): Promise<ReadonlyMap<string, Standing>> => {
  const found = await findAll(client, groups)
  const places = found.flatMap(({ given, committed }): readonly Place[] => [...given, ...(committed ?? [])])
  const extent = await extentOf(client, new Set(places.map(({ topic }) => topic)))
  return new Map(
    found.map(({ group, members, given, committed }) => {
      const behind = committed === null ? UNKNOWN : lagSum(lagIn(extent, committed, given))
      return [group, { members, ...behind }]
    }),
  )
}

/** How many groups have committed something. */
export const countCommitted = async (client: Client): Promise<number> => {
  const found = await findAll(client, await listGroups(client))
  return found.filter(({ committed }) => committed !== null && committed.length > 0).length
}

const findAll = async (client: Client, groups: readonly ListedGroup[]): Promise<readonly Found[]> => {
  const asked = [...groupBy(groups, ({ coordinator }) => coordinator)].map(([coordinator, of]) =>
    findOf(
      client,
      coordinator,
      of.map(({ group }) => group),
    ),
  )
  return (await Promise.all(asked)).flat()
}

const UNKNOWN = { lag: null, partitionsWithoutOffset: null }

const findOf = async (client: Client, coordinator: number, names: readonly string[]): Promise<readonly Found[]> => {
  const found: Found[] = []
  for (let at = 0; at < names.length; at += GROUPS_MAX) {
    const some = names.slice(at, at + GROUPS_MAX)
    const members = await membersOf(client, coordinator, some)
    const committed = await committedBy(client, coordinator, some)
    for (const group of some) {
      const { count = null, given = [] } = members.get(group) ?? {}
      found.push({ group, members: count, given, committed: committed.get(group) ?? null })
    }
  }
  return found
}

const membersOf = async (client: Client, coordinator: number, names: readonly string[]) => {
  const { groups } = await client.askBroker(coordinator, describeGroups, { groups: names })
  // One of the newer protocol is described by another request.
  const described = groups.filter((group) => group.errorCode === 0 && !isUnknown(group))
  return new Map(
    described.map(({ groupId, protocolType, members }) => {
      const given = members.flatMap(({ memberAssignment }) =>
        protocolType === 'consumer' ? (assigned(memberAssignment) ?? []) : [],
      )
      return [groupId, { count: members.length, given }]
    }),
  )
}

const committedBy = async (
  client: Client,
  coordinator: number,
  names: readonly string[],
): Promise<ReadonlyMap<string, readonly CommittedOffset[]>> => {
  const { groups } = await client.askBroker(coordinator, fetchByName, {
    groupId: names[0] ?? '',
    topics: null,
    groups: names.map((groupId) => ({ groupId, topics: null })),
    requireStable: false,
  })
  const committed = new Map<string, readonly CommittedOffset[]>()
  for (const { groupId, errorCode, topics } of groups) if (errorCode === 0) committed.set(groupId, committedIn(topics))
  // A broker before Apache Kafka 3.0 can be asked for one at a time.
  if (groups.length === 0) for (const name of names) committed.set(name, await committedOffsets(client, name))
  return committed
}
