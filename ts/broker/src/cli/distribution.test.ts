import { expect, test } from 'vitest'
import { Distribution } from './distribution.ts'

test('quantiles are amounts that were there', () => {
  const sizes = new Distribution()
  expect(sizes.summary()).toBeNull()
  expect(sizes.quantiles([0.5, 1])).toEqual([null, null])
  for (let size = 100; size >= 1; size -= 1) sizes.add(size)
  expect(sizes.summary()).toEqual({ average: 51, p50: 50, p99: 99, max: 100 })
  expect(sizes.quantiles([0, 0.001, 0.5, 0.5, 0.999, 1])).toEqual([1, 1, 50, 50, 100, 100])
  expect(sizes.sum).toBe(5050)
  const one = new Distribution()
  one.add(0)
  expect(one.summary()).toEqual({ average: 0, p50: 0, p99: 0, max: 0 })
})
