/** Consumer groups: lists of them, and one with its members and offsets. */
import { BrokerError } from '../../base/errors.ts'
import { readAssignment } from '../../groups/classic/assignment.ts'
import type { DescribedGroup, DescribedMember } from '../../groups/describe.ts'
import { LAG_SAMPLE_MS } from '../../history/lag.ts'
import type { Output } from '../contract.ts'
import { type Cell, pageOf } from '../pages.ts'
import type { GroupLine, WithoutOffset } from '../tables.ts'
import type { RouteContext } from './context.ts'
import type { RoutesOf } from './table.ts'

type Row = Output<'groups'>['items'][number]
type MemberRow = Output<'group'>['memberRows'][number]
type OffsetRow = Output<'group'>['offsetRows'][number]

export const groupRoutes = ({
  services: { groups, clock },
  tables,
  lag: watched,
}: RouteContext): RoutesOf<'groups' | 'group' | 'groupHistory'> => {
  const describe = (name: string): DescribedGroup => {
    const described = groups.describe(name)
    if (typeof described !== 'string') return described
    if (described === 'GROUP_ID_NOT_FOUND') throw new BrokerError(described, `There is no group ${name}.`)
    throw new BrokerError(described)
  }
  return {
    groups: async ({ state, topic, ...asked }) => {
      const { groups: lines, readers } = await tables.groups()
      const reading = topic === undefined ? null : new Set(readers.get(topic)?.groups)
      const rows = [...lines.values()].filter(
        (line) => (state === undefined || line.state === state) && (reading === null || reading.has(line.groupId)),
      )
      const found = pageOf({ rows, name: ({ groupId }) => groupId, cell: (line, column) => cells[column](line) }, asked)
      return { ...found, items: found.items.map(rowOf) }
    },
    group: async ({ group: name, offset, limit }) => {
      const described = describe(name)
      const line = await tables.groupOf(described)
      const memberRows = described.members.map(memberRow)
      const offsetRows = withOwners(line, memberRows)
      return {
        ...rowOf(line),
        coordinator: groups.coordinatorOf(name).leader,
        memberRows,
        offsetRows: offsetRows.slice(offset, offset + limit),
        offsetsTotal: offsetRows.length,
      }
    },
    groupHistory: async ({ group }) => {
      const { lag, lagSeconds } = await tables.groupOf(describe(group))
      const past = watched.past(group)
      return {
        until: String(watched.notedAt()),
        intervalMs: LAG_SAMPLE_MS,
        lag: [...past.lag],
        lagSeconds: [...past.lagSeconds],
        now: { at: String(clock.now()), lag, lagSeconds },
      }
    },
  }
}

const cells = {
  name: ({ groupId }) => groupId,
  state: ({ state }) => state,
  members: ({ members }) => members,
  topics: ({ topics }) => topics,
  lag: ({ lag }) => lag,
  // Where it is not known, as little after a start, messages say who may be behind.
  lagSeconds: ({ lagSeconds, lag }) => [lagSeconds ?? 0, lag],
  protocol: ({ protocol }) => protocol,
} as const satisfies Record<string, (line: GroupLine) => Cell>

const rowOf = ({
  groupId,
  state,
  type,
  protocolType,
  protocol,
  members,
  topics,
  lag,
  withoutOffset,
  lagSeconds,
}: GroupLine): Row => ({
  name: groupId,
  state,
  type,
  protocolType,
  protocol,
  members,
  topics,
  lag: String(lag),
  partitionsWithoutOffset: withoutOffset.length,
  lagSeconds,
})

const memberRow = ({
  memberId,
  instanceId,
  clientId,
  clientHost,
  software,
  assignment,
}: DescribedMember): MemberRow => ({
  id: memberId,
  instanceId,
  clientId,
  host: clientHost,
  software,
  assignments: (readAssignment(assignment) ?? []).map(({ topic, partitions }) => ({
    topic,
    partitions: [...partitions],
  })),
})

/** What was committed, and what is read without a commit; by topic and partition. */
const withOwners = ({ offsets, withoutOffset }: GroupLine, members: readonly MemberRow[]): readonly OffsetRow[] => {
  const owners = new Map(
    members.flatMap(({ id, assignments }) =>
      assignments.flatMap(({ topic, partitions }) => partitions.map((partition) => [`${topic}/${partition}`, id])),
    ),
  )
  const placed = ({ topic, partition, log }: WithoutOffset) => ({
    topic,
    partition,
    firstOffset: log === null ? null : String(log.logStart),
    endOffset: log === null ? null : String(log.highWatermark),
    memberId: owners.get(`${topic}/${partition}`) ?? null,
  })
  const rows: readonly OffsetRow[] = [
    ...offsets.map(({ committed, lag, lagSeconds, metadata, ...place }) => ({
      ...placed(place),
      committed: String(committed),
      lag: place.log === null ? null : String(lag),
      lagSeconds,
      metadata,
    })),
    ...withoutOffset.map((place) => ({
      ...placed(place),
      committed: null,
      lag: null,
      lagSeconds: null,
      metadata: '',
    })),
  ]
  return rows.toSorted((left, right) =>
    left.topic === right.topic ? left.partition - right.partition : left.topic < right.topic ? -1 : 1,
  )
}
