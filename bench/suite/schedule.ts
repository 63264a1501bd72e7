// In which order brokers are measured, and which measurements count.
import type { Taken } from './case.ts'
import type { Sample } from './result.ts'

const STEAL_MAX = 0.05
const BUSY = 'the disk was busy before'
const STOLEN = 'stolen CPU'

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
  if (!isSettled) return BUSY
  return taken.steal > STEAL_MAX ? STOLEN : undefined
}

/** Pairs that may be played beside the planned ones, for those that the machine disturbed. */
export const sparePairs = (pairs: number): number => Math.ceil(pairs / 2)

/** Pairs that may count in which no measurement was dropped for what the machine did. What brokers did is no reason to play again. */
export const undisturbedPairs = (samples: readonly Pick<Sample, 'pair' | 'dropped'>[]): number => {
  const disturbed = new Set(
    samples.filter(({ dropped }) => dropped === BUSY || dropped === STOLEN).map(({ pair }) => pair),
  )
  return new Set(samples.map(({ pair }) => pair).filter((pair) => pair > 0 && !disturbed.has(pair))).size
}
