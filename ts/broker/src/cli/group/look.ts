// `millrace group list`, `describe`, `members` and `export`.
import { type Standing, standingsOf } from '../client/group-standings.ts'
import { committedOffsets, describeGroup, type Lag, lagOf, lagSum, listGroups } from '../client/groups.ts'
import type { Client } from '../client/client.ts'
import { counted } from '../nouns.ts'
import { type Cell, columns, listing } from '../output/view.ts'
import { showing } from '../session.ts'
import type { ShowOptions } from '../settings.ts'
import type { Terminal } from '../terminal.ts'

export interface ListGroupsOptions extends ShowOptions {
  readonly state?: string
}

export const list = (terminal: Terminal, pattern: string | undefined, options: ListGroupsOptions): Promise<number> =>
  showing(terminal, options, async (client) => {
    const wanted = options.state?.toLowerCase()
    const groups = (await listGroups(client)).filter(
      ({ group, state }) => group.includes(pattern ?? '') && (wanted === undefined || state.toLowerCase() === wanted),
    )
    const standings = await standingsOf(client, groups)
    const rows = groups.map((group) => ({ ...group, ...(standings.get(group.group) ?? UNHEARD_OF) }))
    return listing(rows, {
      columns: columns(['group', 'state', 'members', 'lag', 'type', 'protocol'], ['no offset', 'coordinator']),
      cells: ({ group, state, members: count, lag, type, protocol, partitionsWithoutOffset, coordinator }) => [
        group,
        state,
        count,
        lag,
        type,
        protocol,
        partitionsWithoutOffset,
        coordinator,
      ],
      name: ({ group }) => group,
    })
  })

const UNHEARD_OF: Standing = { members: null, lag: null, partitionsWithoutOffset: null }

const lagCells = ({ topic, partition, committed, end, lag, start }: Lag, member: string | null): readonly Cell[] => [
  topic,
  partition,
  committed,
  end,
  lag,
  member,
  start,
]

export const describe = (terminal: Terminal, name: string, options: ShowOptions): Promise<number> =>
  showing(terminal, options, async (client) => {
    const { group, state, assignor, members, partitions } = await inFull(client, name)
    const { lag, partitionsWithoutOffset } = lagSum(partitions)
    return {
      value: { group, state, assignor, lag, partitionsWithoutOffset, members: members.map(({ id }) => id), partitions },
      facts: [
        ['group', group],
        ['state', state],
        ['assignor', assignor === '' ? null : assignor],
        ['members', members.length],
        ['lag', lag],
        ...(partitionsWithoutOffset === 0
          ? []
          : [['no offset', counted(partitionsWithoutOffset, 'partition')] as const]),
      ],
      table: {
        columns: columns(['topic', 'partition', 'committed', 'end', 'lag', 'member'], ['start']),
        rows: partitions.map((one) => lagCells(one, one.member)),
      },
      names: [group],
    }
  })

const inFull = async (client: Client, name: string) => {
  const group = await describeGroup(client, name)
  const owners = group.members.flatMap(({ id, partitions }) => (partitions ?? []).map((place) => ({ ...place, id })))
  const lags = await lagOf(client, await committedOffsets(client, name), owners)
  const partitions = lags.map((lag) => {
    const owner = owners.find(({ topic, partition }) => topic === lag.topic && partition === lag.partition)
    return { ...lag, member: owner?.id ?? null }
  })
  return { ...group, partitions }
}

export const members = (terminal: Terminal, name: string, options: ShowOptions): Promise<number> =>
  showing(terminal, options, async (client) => {
    const { members: found } = await describeGroup(client, name)
    return listing(found, {
      columns: columns(['member', 'client', 'host', 'partitions'], ['instance']),
      cells: ({ id, instance, client: software, host, partitions }) => [
        id,
        software,
        host,
        partitions === null ? null : partitions.map(({ topic, partition }) => `${topic}/${partition}`).join(' '),
        instance,
      ],
      name: ({ id }) => id,
    })
  })

/** In the form that `millrace group reset --from-file` reads, unless another is asked for. */
export const exportOffsets = (terminal: Terminal, name: string, options: ShowOptions): Promise<number> =>
  showing(terminal, { output: 'csv', ...options }, async (client) => {
    await describeGroup(client, name)
    const offsets = (await committedOffsets(client, name)).map(({ topic, partition, offset }) => ({
      topic,
      partition,
      offset,
    }))
    return listing(offsets, {
      columns: columns(['topic', 'partition', 'offset']),
      cells: ({ topic, partition, offset }) => [topic, partition, offset],
      name: ({ topic, partition }) => `${topic}/${partition}`,
    })
  })
