import { expect, test } from 'vitest'
import { droppedFor, pairOrder, sparePairs, undisturbedPairs } from './schedule.ts'

test('every second pair is played backwards', () => {
  const played = [0, 1, 2].map((pair) => pairOrder(['a', 'b', 'c'], pair).join(''))
  expect(played).toEqual(['abc', 'cba', 'abc'])
})

test.each([
  ['counts', { steal: 0.05 }, 1, true, undefined],
  ['is in the first pair', { steal: 0 }, 0, true, 'first pair'],
  ['lost processor time to others', { steal: 0.051 }, 1, true, 'stolen CPU'],
  ['began while the disk was busy', { steal: 0 }, 1, false, 'the disk was busy before'],
  ['lost records, whatever else', { steal: 1, voidBecause: 'lost' }, 0, false, 'void: lost'],
] as const)('a measurement %s', (_, taken, pair, isSettled, wanted) => {
  expect(droppedFor(taken, pair, isSettled)).toBe(wanted)
})

test('a pair that the machine disturbed is to be played again, one that a broker spoiled is not', () => {
  const samples = [
    { pair: 0, dropped: 'first pair' },
    { pair: 1 },
    { pair: 1, dropped: 'stolen CPU' },
    { pair: 2, dropped: 'the disk was busy before' },
    { pair: 3, dropped: 'void: lost' },
    { pair: 4 },
  ]
  expect(undisturbedPairs(samples)).toBe(2)
  expect([1, 2, 7].map(sparePairs)).toEqual([1, 1, 4])
})
