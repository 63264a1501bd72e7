import { expect, test } from 'vitest'
import { Sizes } from './sizes.ts'

test('quantiles are sizes that were there', () => {
  const sizes = new Sizes()
  expect(sizes.summary()).toBeNull()
  for (let size = 100; size >= 1; size -= 1) sizes.add(size)
  expect(sizes.summary()).toEqual({ average: 51, p50: 50, p99: 99, max: 100 })
  expect(sizes.sum).toBe(5050)
  const one = new Sizes()
  one.add(0)
  expect(one.summary()).toEqual({ average: 0, p50: 0, p99: 0, max: 0 })
})
