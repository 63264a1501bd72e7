import { expect, test } from 'vitest'
import type { Client } from './client.ts'
import { standingsOf } from './group-standings.ts'

const listed = (group: string) => ({ group, state: 'Empty', type: 'classic', protocol: 'consumer', coordinator: 1 })

/** A cluster without topics, whose coordinator answers what is described and what is committed; counts what it is asked. */
const standings = async (names: readonly string[], described: readonly object[], committed: object) => {
  const asked: string[] = []
  const client = {
    retrying: <T>(attempt: () => Promise<T>) => attempt(),
    ask: () => Promise.resolve({ topics: [] }),
    askBroker: (_: number, { name }: { name: string }) => {
      asked.push(name)
      return Promise.resolve(name === 'OffsetFetch' ? committed : { groups: described })
    },
    askCoordinator: (group: string) => {
      asked.push(`OffsetFetch of ${group}`)
      return Promise.resolve({ groups: [], errorCode: 0, topics: [] })
    },
  } as unknown as Client
  return { found: Object.fromEntries(await standingsOf(client, names.map(listed))), asked }
}

const empty = (groupId: string) => ({
  groupId,
  errorCode: 0,
  groupState: 'Empty',
  protocolType: 'consumer',
  members: [],
})
const nothing = { lag: 0, partitionsWithoutOffset: 0 }

test('a coordinator is asked for all of its groups at once, and of what it does not say nothing is known', async () => {
  const committed = {
    groups: [
      { groupId: 'a', errorCode: 0, topics: [] },
      { groupId: 'hidden', errorCode: 30, topics: [] },
    ],
  }
  const { found, asked } = await standings(
    ['a', 'hidden'],
    [empty('a'), { ...empty('hidden'), errorCode: 30 }],
    committed,
  )
  expect(found).toEqual({
    a: { members: 0, ...nothing },
    hidden: { members: null, lag: null, partitionsWithoutOffset: null },
  })
  expect(asked).toEqual(['DescribeGroups', 'OffsetFetch'])
})

test('a broker that knows no such request is asked for one group after the other', async () => {
  const { found, asked } = await standings(['a', 'b'], [empty('a'), empty('b')], {
    groups: [],
    errorCode: 0,
    topics: [],
  })
  expect(found).toEqual({ a: { members: 0, ...nothing }, b: { members: 0, ...nothing } })
  expect(asked.slice(2)).toEqual(['OffsetFetch of a', 'OffsetFetch of b'])
})
