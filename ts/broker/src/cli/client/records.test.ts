import { expect, it } from 'vitest'
import { type GroupConsumer, type Reading, readPartitions } from './records.ts'
import { type Answer, answerOf, type Asked, clusterWith } from './topic-fixture.ts'

/** A partition on each of two brokers. */
const client = clusterWith('two', [0, 1])

const answer = (partitionIndex: number, firstOffset: bigint, count: number): Answer =>
  answerOf(partitionIndex, [{ firstOffset, time: 0n, lengths: Array.from({ length: count }, () => 50) }])

const lost = (): Error => Object.assign(new Error('moved'), { apiId: 'NOT_LEADER_OR_FOLLOWER' })

it('no record is passed over, or shown twice, when the leader of another partition is lost', async () => {
  let fail: (error: Error) => void = () => undefined
  let failures = 0
  const consumer = {
    fetch: ({ node, topics }: Asked): Promise<Answer> => {
      const from = topics[0]?.partitions[0]?.fetchOffset ?? 0n
      if (node === 0) return Promise.resolve(answer(0, from, Number(4n - from)))
      if (failures > 0) return Promise.resolve(answer(1, 0n, 1))
      failures += 1
      return new Promise((_, reject) => (fail = reject))
    },
  } as unknown as GroupConsumer
  const readings: Reading[] = [0, 1].map((partition) => ({
    topic: 'two',
    partition,
    next: 0n,
    stop: partition === 0 ? 4n : 1n,
  }))
  const taken: string[] = []
  await readPartitions(client, consumer, readings, new AbortController().signal, async ({ partition, offset }) => {
    taken.push(`${partition}/${offset}`)
    if (taken.length === 1) fail(lost())
    await new Promise((resolve) => setImmediate(resolve))
    return true
  })
  expect(taken.toSorted()).toEqual(['0/0', '0/1', '0/2', '0/3', '1/0'])
})
