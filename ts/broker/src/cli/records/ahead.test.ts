import { expect, test } from 'vitest'
import type { Reading } from '../client/records.ts'
import { aheadOf } from './ahead.ts'

const readings = (...stops: readonly (bigint | null)[]): readonly Reading[] =>
  stops.map((stop, partition) => ({ topic: 'orders', partition, next: 10n, stop }))

test('a bar for each partition that is not read to its end, from whichever side it is read', () => {
  const scanned = [...readings(110n, 20n, 10n), { topic: 'a', partition: 10, next: 0n, stop: 4n }]
  const ahead = aheadOf(scanned)
  expect(ahead.total).toBe(114)
  const [forward, whole, , back] = scanned
  if (forward === undefined || whole === undefined || back === undefined) throw new Error('there are four')
  forward.next = 60n
  whole.next = 21n
  back.stop = 3n
  expect(ahead.bars()).toEqual(['orders/0  [============            ] 50%', 'a/10      [======                  ] 25%'])
})

test('of many partitions a screenful', () => {
  const bars = aheadOf(readings(...Array.from({ length: 2000 }, () => 20n))).bars()
  expect(bars).toHaveLength(17)
  expect(bars.at(-1)).toBe('and 1,984 more')
})

test('one partition has the bar of all, and without an end there is none', () => {
  expect(aheadOf(readings(20n)).bars()).toEqual([])
  const following = aheadOf(readings(20n, null))
  expect([following.total, following.bars()]).toEqual([undefined, []])
})
