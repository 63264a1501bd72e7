/** An expression of a filter that is none: where, why, and what to know of its language. */

/** What an expression of CEL sees of a record. */
export const filterNames = ['key', 'value', 'headers', 'partition', 'offset', 'timestamp', 'size'] as const

export type FilterName = (typeof filterNames)[number]

export const advice = {
  regex: 'RE2 has no look-around and no back-references',
  cel: `CEL compares with ==, joins with && and ||, and its names are ${filterNames.slice(0, -1).join(', ')} and ${filterNames.at(-1)}`,
} as const

export class ExpressionError extends Error {
  override readonly name = 'ExpressionError'
  /** How many characters stand in front of what is wrong. */
  readonly good: number

  constructor(good: number, why: string, cause?: unknown) {
    super(`wrong from character ${good + 1} on: ${why}`, { cause })
    this.good = good
  }
}
