import { expect, test } from 'vitest'
import { machineClock } from './system.ts'

test('time that is waited is not busy, and stolen time is apart', () => {
  const stat = 'cpu  100 200 300 4000 5000 10 20 70 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n'
  expect(machineClock(stat)).toEqual({ busy: 6.3, stolen: 0.7, total: 97 })
})
