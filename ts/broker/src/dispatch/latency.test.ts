import { expect, it } from 'vitest'
import { classLimitMs, createLatencies } from './latency.ts'

it('counts each request in the class of its time', () => {
  const latencies = createLatencies()
  for (const elapsed of [0, 1 / 16, 0.07, 3, 10 ** 9]) latencies.note('Heartbeat', elapsed, elapsed === 3)
  const counts = latencies.snapshot().get('Heartbeat')
  expect([counts?.requests, counts?.failures]).toEqual([5, 1])
  const counted = counts?.classes.flatMap((count, index) => (count > 0 ? [[classLimitMs(index), count]] : []))
  expect(counted).toEqual([
    [1 / 16, 2],
    [1 / 8, 1],
    [4, 1],
    [Infinity, 1],
  ])
})
