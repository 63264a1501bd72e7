// Members of a group come and go; every record reaches the group.
import { expect } from 'vitest'
import { generation, groupOf } from '../cluster.ts'
import { eventually } from '../../../harness/eventually.ts'
import { type Consumer, type Scenario, shared, type Stage, values } from '../stage.ts'

const PARTITIONS = 4
/** The shortest that the broker of the matrix takes: for the member that does not say goodbye. */
const SHORT_SESSION_MS = 3000
const POLL_MS = 100

/** One record into each partition; each reaches the members exactly once, whatever of before a rebalance gave them again. */
const round = async (stage: Stage, topic: string, members: readonly Consumer[], text: string): Promise<void> => {
  const sent = Array.from({ length: PARTITIONS }, (_, partition) => `${text} ${partition}`)
  for (const [partition, each] of sent.entries()) await stage.append(topic, [each], { partition })
  const received: (string | null)[] = []
  await eventually(`the round ${text}`, async () => {
    for (const member of members) received.push(...values(await member.poll(PARTITIONS, POLL_MS)))
    return sent.every((each) => received.includes(each)) ? true : undefined
  })
  expect(received.filter((each) => each?.startsWith(`${text} `)).toSorted()).toEqual(sent)
}

const sizes = (shares: readonly (readonly string[])[]): readonly number[] =>
  shares.map(({ length }) => length).toSorted()

const rebalance: Scenario = {
  name: 'group of two',
  play: async (stage) => {
    const topic = await stage.topic(PARTITIONS)
    const group = stage.name('group')
    const first = await stage.join({ group, topics: [topic] })
    await shared([first], PARTITIONS)
    await round(stage, topic, [first], 'alone')
    const second = await stage.join({ group, topics: [topic] })
    expect(sizes(await shared([first, second], PARTITIONS))).toEqual([2, 2])
    await round(stage, topic, [first, second], 'two')
    await second.close()
    await shared([first], PARTITIONS)
    await round(stage, topic, [first], 'again')
  },
}

const killed: Scenario = {
  name: 'killed member',
  play: async (stage) => {
    const topic = await stage.topic(PARTITIONS)
    const membership = { group: stage.name('group'), topics: [topic], sessionMs: SHORT_SESSION_MS }
    const other = stage.another()
    const first = await stage.join(membership)
    const second = await stage.join({ ...membership, driver: other })
    expect(sizes(await shared([first, second], PARTITIONS))).toEqual([2, 2])
    await round(stage, topic, [first, second], 'two')
    await other.kill()
    await shared([first], PARTITIONS)
    await round(stage, topic, [first], 'alone')
  },
}

const staticMember: Scenario = {
  name: 'static member',
  play: async (stage) => {
    const topic = await stage.topic(PARTITIONS)
    const group = stage.name('group')
    const membership = { group, topics: [topic] }
    const process = stage.another()
    const staying = await stage.join({ ...membership, instanceId: 'staying' })
    const leaving = await stage.join({ ...membership, instanceId: 'leaving', driver: process })
    const before = await shared([staying, leaving], PARTITIONS)
    const ids = (await groupOf(stage.peer, group)).members.map(({ groupInstanceId }) => groupInstanceId)
    expect(ids.toSorted()).toEqual(['leaving', 'staying'])
    const generationBefore = await generation(stage.peer, group)
    await process.kill()
    const again = await stage.join({ ...membership, instanceId: 'leaving', driver: stage.another() })
    expect(await shared([staying, again], PARTITIONS)).toEqual(before)
    expect(await generation(stage.peer, group)).toBe(generationBefore)
    await round(stage, topic, [staying, again], 'returned')
  },
}

/** How two members may share the three partitions of each topic: a range gives neighbours to one, and either may be the larger. */
const eager = (assignor: 'range' | 'roundrobin', possible: readonly string[]): Scenario => ({
  name: `assignor ${assignor}`,
  play: async (stage) => {
    const topics = [await stage.topic(3), await stage.topic(3)]
    const membership = { group: stage.name('group'), topics, assignor }
    const first = await stage.join(membership)
    await shared([first], 6)
    const second = await stage.join(membership)
    const shares = await shared([first, second], 6)
    for (const topic of topics) {
      const parts = shares.map((share) =>
        share.filter((each) => each.startsWith(`${topic}-`)).map((each) => each.at(-1)),
      )
      expect(possible).toContain(
        parts
          .map((part) => part.join())
          .toSorted()
          .join(' and '),
      )
    }
  },
})

const cooperative: Scenario = {
  name: 'assignor cooperative-sticky',
  play: async (stage) => {
    const topic = await stage.topic(PARTITIONS)
    const group = stage.name('group')
    const membership = { group, topics: [topic], assignor: 'cooperative-sticky' } as const
    const first = await stage.join(membership)
    await shared([first], PARTITIONS)
    const second = await stage.join(membership)
    const smallest = { size: PARTITIONS }
    await eventually('the first gives up two partitions and keeps two', async () => {
      const own = await first.assigned()
      smallest.size = Math.min(smallest.size, own.length)
      const other = await second.assigned()
      return own.length === 2 && other.length === 2 ? true : undefined
    })
    // An eager member would have given up all for a while.
    expect(smallest.size).toBe(2)
    await eventually('the protocol of the group', async () =>
      (await groupOf(stage.peer, group)).protocolData === 'cooperative-sticky' ? true : undefined,
    )
    await round(stage, topic, [first, second], 'two')
  },
}

export const groupScenarios: readonly Scenario[] = [
  rebalance,
  killed,
  staticMember,
  eager('range', ['0,1 and 2', '0 and 1,2']),
  eager('roundrobin', ['0,2 and 1']),
  cooperative,
]
