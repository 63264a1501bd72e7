import { expect, test } from 'vitest'
import { nearestOf } from './nearest.ts'

test.each([
  ['paymets', 'payments'],
  ['payment', 'payments'],
  ['oders', 'orders'],
  ['bils', 'bill'],
  ['zz', null],
  ['something', null],
])('%s is nearest to %s', (name, found) => {
  expect(nearestOf(name, ['payments', 'orders', 'bill', 'ab'])).toBe(found)
})
