import { expect, it } from 'vitest'
import { manualClock } from '../base/clock.ts'
import type { BrokerId, LeaderEpoch, PartitionIndex, TopicId } from '../base/ids.ts'
import type { TopicImage } from '../cluster/image.ts'
import { type Commit, watchTraffic } from './traffic.ts'

const LOOK_MS = 10_000

const topicOf = (name: string, partitions: number): TopicImage => ({
  id: name as TopicId,
  name,
  internal: name.startsWith('__'),
  configs: new Map(),
  partitions: Array.from({ length: partitions }, (_, index) => ({
    index: index as PartitionIndex,
    leader: 1 as BrokerId,
    leaderEpoch: 0 as LeaderEpoch,
    partitionEpoch: 0,
    replicas: [],
    isr: [],
    elr: [],
  })),
})

/** A broker whose topics, logs and groups are what the test says, and what was asked of its logs. */
const watched = () => {
  const clock = manualClock()
  const [topics, ends, commits, asked] = [
    [] as TopicImage[],
    new Map<string, number>(),
    [] as Commit[],
    [] as string[][],
  ]
  const source = {
    topics: () => topics,
    ends: (some: readonly TopicImage[]) => {
      asked.push(some.map(({ name }) => name))
      return Promise.resolve({
        get: (topic: TopicId, partition: number) => {
          const logEnd = ends.get(`${topic}/${partition}`)
          return logEnd === undefined ? undefined : { logEnd }
        },
      })
    },
    commits: () => Promise.resolve(commits),
  }
  const traffic = watchTraffic(source, clock)
  const pass = async (): Promise<void> => {
    clock.advance(LOOK_MS)
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  }
  const of = (name: string) => traffic.of(name as TopicId)
  const commit = (group: string, topic: string, committed: number): void => {
    const at = commits.findIndex((each) => each.group === group && each.topic === topic)
    commits.splice(at < 0 ? commits.length : at, 1, { group, topic: topic as TopicId, partition: 0, committed })
  }
  return { clock, topics, ends, asked, traffic, pass, of, commit }
}

it('messages of a topic go in by the ends of its logs, and out by what groups commit', async () => {
  const { clock, topics, ends, asked, traffic, pass, of, commit } = watched()
  topics.push(topicOf('orders', 2), topicOf('quiet', 1))
  ends.set('orders/0', 1000).set('orders/1', 500).set('quiet/0', 7)
  commit('ledger', 'orders', 300)
  await pass()
  // Nobody has asked, so no log was opened.
  expect(asked).toEqual([])
  expect(of('orders')).toEqual({ messagesIn: null, messagesOut: null })
  await pass()
  ends.set('orders/0', 1100).set('orders/1', 550)
  commit('ledger', 'orders', 340)
  // What a group has read before it was seen does not count.
  commit('late', 'orders', 900)
  await pass()
  expect(of('orders')).toEqual({ messagesIn: 15, messagesOut: 4 })
  expect(of('quiet')).toEqual({ messagesIn: 0, messagesOut: 0 })
  commit('ledger', 'orders', 0)
  commit('late', 'orders', 930)
  await pass()
  expect(of('orders')).toEqual({ messagesIn: 0, messagesOut: 3 })
  topics.shift()
  await pass()
  expect(of('orders')).toEqual({ messagesIn: null, messagesOut: null })
  traffic.stop()
  expect(clock.pendingTimers).toBe(0)
  expect(asked.every((names) => names.length <= 2)).toBe(true)
})

it('a log that cannot be asked, or was made since, counts from when it is seen', async () => {
  const { topics, ends, pass, of } = watched()
  topics.push(topicOf('orders', 2))
  ends.set('orders/0', 1000)
  of('orders')
  await pass()
  ends.set('orders/1', 5000)
  await pass()
  expect(of('orders').messagesIn).toBe(0)
  ends.set('orders/1', 5020)
  await pass()
  expect(of('orders').messagesIn).toBe(2)
})

it('a look asks so many partitions and no more, and all of them in turn', async () => {
  const { topics, ends, asked, pass, of } = watched()
  topics.push(...Array.from({ length: 12 }, (_, at) => topicOf(`t${at}`, 1000)))
  of('t0')
  for (let look = 0; look < 6; look++) {
    for (const { name } of topics) ends.set(`${name}/0`, 100 * look)
    await pass()
  }
  expect(Math.max(...asked.map((names) => names.length))).toBe(5)
  expect(new Set(asked.slice(0, 3).flat()).size).toBe(12)
  // Three looks make a round: the rate is that of the time in between.
  for (const { name } of topics) expect(of(name).messagesIn).toBeCloseTo(10)
})

it('all topics together, over the last hour, but not those of the broker itself', async () => {
  const { topics, ends, traffic, pass, commit } = watched()
  topics.push(topicOf('orders', 3000), topicOf('clicks', 3000), topicOf('__own', 3000))
  expect(traffic.now()).toEqual({ messagesIn: null, messagesOut: null })
  for (let look = 0; look < 400; look++) {
    for (const { name } of topics) ends.set(`${name}/0`, 100 * look)
    commit('ledger', 'clicks', 30 * look)
    traffic.now()
    await pass()
    // A round takes two looks.
    if (look === 2) expect(traffic.now()).toEqual({ messagesIn: null, messagesOut: null })
  }
  expect(traffic.now()).toEqual({ messagesIn: 20, messagesOut: 3 })
  expect(traffic.past().messagesIn).toEqual(Array.from({ length: 360 }, () => 20))
  expect(traffic.past().messagesOut).toHaveLength(360)
})

it('an hour after somebody asked nobody looks any more, and who asks then begins anew', async () => {
  const { clock, topics, asked, traffic, pass } = watched()
  topics.push(topicOf('orders', 1))
  traffic.now()
  for (let look = 0; look < 360; look++) await pass()
  expect(clock.pendingTimers).toBe(0)
  const looks = asked.length
  await pass()
  expect(asked).toHaveLength(looks)
  expect(traffic.past()).toEqual({ messagesIn: [], messagesOut: [] })
  expect(traffic.now()).toEqual({ messagesIn: null, messagesOut: null })
  await pass()
  expect(asked.length).toBeGreaterThan(looks)
})
