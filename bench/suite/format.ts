// How figures are written, the same in the terminal, in the README and in the report.
import type { Measure, Target } from './result.ts'
import { type Estimate, type Figure, PAIRS_WANTED } from './statistics.ts'

/** Three digits that mean something, thousands apart. */
export const digits = (value: number): string => {
  const size = Math.abs(value)
  if (size >= 100) return Math.round(value).toLocaleString('en-US')
  if (size >= 10) return value.toFixed(1)
  if (size >= 1 || size === 0) return value.toFixed(2)
  return value.toPrecision(2)
}

/** Units that have larger ones: how many make the next. */
const LARGER: Readonly<Record<string, readonly [factor: number, unit: string]>> = {
  us: [1_000, 'ms'],
  ms: [1_000, 's'],
  bytes: [1_000, 'KB'],
  KB: [1_000, 'MB'],
  MB: [1_000, 'GB'],
}

export const quantity = (value: number, unit: string): string => {
  const larger = LARGER[unit]
  if (larger !== undefined && Math.abs(value) >= larger[0]) return quantity(value / larger[0], larger[1])
  return `${digits(value)}${unit === 'x' ? 'x' : ` ${unit}`}`
}

/** A ratio: of what is better when it is lower, a half and less are fractions. */
export const ratio = (value: number, { better }: Pick<Measure, 'better'>): string =>
  better === 'lower' && value > 0 && value <= 0.5 ? `1/${digits(1 / value)}` : `${digits(value)}x`

export const spread = ({ low, high }: Estimate, measure: Pick<Measure, 'better'>): string =>
  `${ratio(low, measure)} to ${ratio(high, measure)}`

export const target = ({ bound, value, against }: Target, measure: Measure): string => {
  const amount = against === 'nothing' ? quantity(value, measure.unit) : ratio(value, measure)
  return `${bound === 'atLeast' ? '>=' : '<='} ${amount.replace(/\.0+(?=x| |$)/, '')}`
}

/** Whether the target is reached, and of how many pairs when they are too few. */
export const conclusion = ({ isReached, ratio, value }: Figure): string => {
  const reached = isReached === undefined ? [] : [isReached ? 'reached' : 'not reached']
  const { pairs } = ratio ?? value
  const few = pairs >= PAIRS_WANTED ? [] : [`of ${pairs} ${pairs === 1 ? 'pair' : 'pairs'}`]
  return [...reached, ...few].join(', ')
}
