import { expect, test } from 'vitest'
import { duration, secondsLeft } from './progress.ts'

test.each([
  ['as expected while nothing is done', 0, 0, 100, 100],
  ['corrected by what was done', 10, 30, 100, 300],
])('the time left is %s', (_, expectedDone, tookDone, expectedLeft, wanted) => {
  expect(secondsLeft(expectedDone, tookDone, expectedLeft)).toBe(wanted)
})

test.each([
  [59.6, '60 s'],
  [119, '119 s'],
  [185, '3 min'],
  [7380, '2 h 3 min'],
])('%d seconds are %s', (seconds, wanted) => {
  expect(duration(seconds)).toBe(wanted)
})
