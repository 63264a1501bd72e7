import { expect, test } from 'vitest'
import { CPU, resultOf, THROUGHPUT } from './result-fixture.ts'
import type { Measure, Result } from './result.ts'
import { bootstrap, type Figure, figuresOf, median } from './statistics.ts'

const figure = (result: Result, name = 'millrace'): Figure => {
  const found = figuresOf(result)[0]?.figures.find(({ broker }) => broker === name)
  if (found === undefined) throw new Error(`no figure of ${name}`)
  return found
}

test('a median of an even number lies between the two in the middle', () => {
  expect([median([3, 1, 2]), median([4, 1, 3, 2])]).toEqual([2, 2.5])
  expect(median([])).toBeNaN()
})

test('a ratio is of runs that were next to each other, so that a slow minute takes both', () => {
  const { ratio } = figure(resultOf(THROUGHPUT, { millrace: [100, 10, 1000], kafka: [20, 2, 250] }))
  expect(ratio).toMatchObject({ against: 'kafka', median: 5, worst: 4, pairs: 3 })
})

test('the worst pair is the largest where less is better', () => {
  const { ratio, isReached } = figure(resultOf(CPU, { millrace: [1, 1, 2], kafka: [8, 8, 8] }))
  expect(ratio).toMatchObject({ median: 1 / 8, worst: 1 / 4 })
  expect(isReached).toBe(true)
})

test.each([
  ['higher', THROUGHPUT, [10, 10], [20, 20], 'kafka tuned'],
  ['lower', CPU, [10, 10], [20, 20], 'kafka'],
] as const)('the better Kafka is the opponent, where %s is better', (_, measure, kafka, tuned, expected) => {
  const { ratio } = figure(resultOf(measure, { millrace: [60, 60], kafka, 'kafka tuned': tuned }))
  expect(ratio?.against).toBe(expected)
})

test('what was dropped counts nowhere, nor does a pair that lost one of its runs', () => {
  const result = resultOf(THROUGHPUT, { millrace: [9000, 50, 70, 90], kafka: [1, 10, 10, 10] }, (sample) => {
    if (sample.pair === 0) return { ...sample, dropped: 'first pair' }
    return sample.pair === 3 && sample.broker === 'kafka' ? { ...sample, dropped: 'stolen CPU' } : sample
  })
  expect(figure(result).ratio).toMatchObject({ median: 6, pairs: 2 })
  expect(figure(result).value).toMatchObject({ median: 70, pairs: 3 })
  expect(figure(result, 'kafka').value).toMatchObject({ median: 10, pairs: 2 })
})

test('a target is reached by the median, and there is none for the others', () => {
  const runs = { millrace: [39, 41, 100], kafka: [10, 10, 10] }
  expect(figure(resultOf(THROUGHPUT, runs)).isReached).toBe(true)
  expect(figure(resultOf(THROUGHPUT, { ...runs, millrace: [39, 39, 100] })).isReached).toBe(false)
  expect(figure(resultOf(THROUGHPUT, runs), 'kafka').isReached).toBeUndefined()
})

test('a target may be for the value itself, beside a ratio', () => {
  const measure: Measure = { ...CPU, target: { broker: 'millrace', bound: 'atMost', value: 3, against: 'nothing' } }
  const { isReached, ratio } = figure(resultOf(measure, { millrace: [2, 2], kafka: [1, 1] }))
  expect([isReached, ratio?.median]).toEqual([true, 2])
})

test('without its opponent a target is not reached', () => {
  expect(figure(resultOf(THROUGHPUT, { millrace: [1000] }))).toMatchObject({ isReached: false })
})

test('the interval is the same each time, holds the median, and widens with the spread', () => {
  const close = bootstrap([[9, 10, 10, 10, 10, 10, 11]], median)
  const far = bootstrap([[1, 5, 8, 10, 12, 15, 19]], median)
  expect(bootstrap([[1, 5, 8, 10, 12, 15, 19]], median)).toEqual(far)
  expect(close).toEqual([10, 10])
  expect(far[0]).toBeGreaterThanOrEqual(1)
  expect(far[0]).toBeLessThan(10)
  expect(far[1]).toBeGreaterThan(10)
  expect(far[1]).toBeLessThanOrEqual(19)
})

test('the interval covers what the samples were drawn from about as often as it says', () => {
  // 200 samples of 9 from a triangular distribution around 100, by a linear congruential generator.
  let state = 1
  const uniform = (): number => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  let covered = 0
  for (let round = 0; round < 200; round += 1) {
    const [low, high] = bootstrap([Array.from({ length: 9 }, () => 90 + 10 * (uniform() + uniform()))], median)
    if (low <= 100 && high >= 100) covered += 1
  }
  expect(covered).toBeGreaterThan(180)
})
