/** One line: the median of a broker's runs and how far they lay apart, a number for each x of its plot or null. */
export interface Line {
  readonly broker: string
  /** The custom property that holds its colour. */
  readonly colour: string
  readonly isDashed: boolean
  readonly median: readonly (number | null)[]
  readonly low: readonly (number | null)[]
  readonly high: readonly (number | null)[]
}

/** What the page draws on one canvas. */
export interface Plot {
  readonly id: string
  /** x is seconds, or a percentile (0 to 100) on an axis that gives each nine the same room. */
  readonly kind: 'time' | 'percentile'
  /** Of y; microseconds have a logarithmic axis. */
  readonly unit: 'MB/s' | 'MB' | 'us'
  readonly x: readonly number[]
  readonly lines: readonly Line[]
}
