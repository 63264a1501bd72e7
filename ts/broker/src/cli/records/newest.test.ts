// Reading back over a log that answers as a broker does: from the batch with the offset that is asked for on.
import { expect, test } from 'vitest'
import type { GroupConsumer, Reading } from '../client/records.ts'
import { type Answer, answerOf, type Asked, clusterWith } from '../client/topic-fixture.ts'
import { readNewest } from './newest.ts'

const BYTES = 50
const ANSWER_BYTES = 1 << 20

interface Logged {
  readonly offset: number
  readonly time: number
  readonly bytes?: number
}

/** One broker with a topic of these partitions, in batches of one; what it was asked for. */
const clusterOf = (logs: readonly (readonly Logged[])[]) => {
  const asked: number[] = []
  const client = clusterWith(
    'many',
    logs.map(() => 0),
  )
  const consumer = {
    fetch: ({ topics }: Asked): Promise<Answer> => {
      const { partition, fetchOffset } = topics[0]?.partitions[0] ?? { partition: 0, fetchOffset: 0n }
      asked.push(Number(fetchOffset))
      let room = ANSWER_BYTES
      const found = (logs[partition] ?? []).filter(({ offset, bytes = BYTES }) => {
        if (offset < fetchOffset || room <= 0) return false
        room -= bytes
        return true
      })
      const batches = found.map(({ offset, time, bytes = BYTES }) => ({
        firstOffset: BigInt(offset),
        time: BigInt(time),
        lengths: [bytes],
      }))
      return Promise.resolve(answerOf(partition, batches))
    },
  } as unknown as GroupConsumer
  const readings = logs.map((log, partition): Reading => ({
    topic: 'many',
    partition,
    next: BigInt(log[0]?.offset ?? 0),
    stop: BigInt((log.at(-1)?.offset ?? -1) + 1),
  }))
  const newest = async (enough: number): Promise<readonly string[]> => {
    const taken: string[] = []
    await readNewest(client, consumer, readings, new AbortController().signal, ({ partition, offset }) => {
      taken.push(`${partition}/${offset}`)
      return Promise.resolve(taken.length < enough)
    })
    return taken
  }
  const left = () => readings.map(({ next, stop }) => Number(stop) - Number(next))
  return { newest, left, asked: () => asked }
}

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at)

test('the newest of all partitions come newest first, and no more is read than that takes', async () => {
  const logs = range(3).map((partition) => range(500).map((offset) => ({ offset, time: offset * 3 + partition })))
  const { newest, left, asked } = clusterOf([...logs, []])
  expect(await newest(5)).toEqual(['2/499', '1/499', '0/499', '2/498', '1/498'])
  expect(left()).toEqual([499, 498, 498, 0])
  expect(asked()).toEqual([436, 436, 436])
})

test('all of it is passed once, whatever was compacted away, and in longer and longer steps', async () => {
  const log = [...range(40), ...range(40).map((offset) => 90_000 + offset)].map((offset) => ({ offset, time: offset }))
  const { newest, left, asked } = clusterOf([log])
  expect(await newest(1000)).toEqual(log.map(({ offset }) => `0/${offset}`).toReversed())
  expect(left()).toEqual([0])
  expect(asked().length).toBeLessThan(15)
})

test('of records that are large only few are held at once', async () => {
  const log = range(300).map((offset) => ({ offset, time: offset, bytes: 1 << 20 }))
  const { newest, asked } = clusterOf([log])
  expect(await newest(300)).toEqual(log.map(({ offset }) => `0/${offset}`).toReversed())
  // The first steps were too long, and given up after a few.
  expect(asked().filter((offset, at, all) => all.indexOf(offset) < at).length).toBeLessThan(20)
  expect(asked().length).toBeLessThan(320)
})
