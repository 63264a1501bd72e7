// In which order brokers are measured, and which measurements count.
import type { Taken } from './case.ts'

const STEAL_MAX = 0.05

/** A pair forwards, the next backwards: A B B A A B. What drifts meets every broker alike. */
export const pairOrder = <Item>(items: readonly Item[], pair: number): readonly Item[] =>
  pair % 2 === 0 ? items : items.toReversed()

/** Why a measurement does not count; undefined when it does. */
export const droppedFor = (
  taken: Pick<Taken, 'voidBecause' | 'steal'>,
  pair: number,
  isSettled: boolean,
): string | undefined => {
  if (taken.voidBecause !== undefined) return `void: ${taken.voidBecause}`
  if (pair === 0) return 'first pair'
  if (!isSettled) return 'the disk was busy before'
  return taken.steal > STEAL_MAX ? 'stolen CPU' : undefined
}
