import fc from 'fast-check'
import { expect, it } from 'vitest'
import { brokerId } from '../base/ids.ts'
import type { BrokerImage } from './image.ts'
import { placeReplicas } from './placement.ts'

const broker = (id: number, rack: string | null = null): BrokerImage => ({
  id: brokerId(id),
  epoch: 1,
  rack,
  endpoints: [],
})

it('puts everything on the only broker', () => {
  expect(placeReplicas([broker(5)], { partitions: 2, replicationFactor: 1, start: 7 })).toEqual([[5], [5]])
})

it('says why a replication factor cannot be met', () => {
  expect(() => placeReplicas([broker(1)], { partitions: 1, replicationFactor: 2, start: 0 })).toThrow(
    'The target replication factor of 2 cannot be reached because only 1 broker(s) are registered.',
  )
  expect(() => placeReplicas([], { partitions: 1, replicationFactor: 1, start: 0 })).toThrow(
    'All brokers are currently fenced.',
  )
})

it('uses as many racks as there are before it uses one twice', () => {
  const brokers = [broker(1, 'a'), broker(2, 'a'), broker(3, 'b'), broker(4, 'b')]
  for (const [leader, follower] of placeReplicas(brokers, { partitions: 8, replicationFactor: 2, start: 0 })) {
    expect([leader, follower].filter((id) => id !== undefined && id <= 2).length).toBeLessThanOrEqual(2)
  }
})

it('gives each partition different brokers, and each broker its share of leaders', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 30 }),
      fc.nat(100),
      (brokers, rounds, start) => {
        const all = Array.from({ length: brokers }, (_, at) => broker(at + 1))
        fc.pre(brokers > 0)
        const replicationFactor = Math.max(1, brokers - 1)
        const placed = placeReplicas(all, { partitions: brokers * rounds, replicationFactor, start })
        for (const replicas of placed) expect(new Set(replicas).size).toBe(replicationFactor)
        const led = all.map(({ id }) => placed.filter(([leader]) => leader === id).length)
        expect(new Set(led)).toEqual(new Set([rounds]))
      },
    ),
  )
})
