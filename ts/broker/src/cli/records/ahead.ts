// What lies ahead of a scan: all of it together, and a bar for each partition.
import type { Reading } from '../client/records.ts'
import { count } from '../nouns.ts'
import { bar } from '../progress.ts'

export interface Ahead {
  /** Records, at most; undefined where they have no end. */
  readonly total: number | undefined
  /** Of partitions that are not read to their end, where there are several; what is left of them is what their reading says. */
  bars(): readonly string[]
}

const BARS_MAX = 16

export const aheadOf = (readings: readonly Reading[]): Ahead => {
  if (readings.some(({ stop }) => stop === null)) return { total: undefined, bars: () => [] }
  const partitions = readings.map((reading) => ({
    reading,
    name: `${reading.topic}/${reading.partition}`,
    total: left(reading),
  }))
  return {
    total: partitions.reduce((sum, { total }) => sum + total, 0),
    bars: () => {
      if (partitions.length === 1) return []
      const open = partitions.filter(({ reading }) => left(reading) > 0)
      const shown = open.slice(0, BARS_MAX)
      const width = Math.max(...shown.map(({ name }) => name.length))
      const bars = shown.map(
        ({ name, reading, total }) => `${name.padEnd(width)}  ${bar((total - left(reading)) / total)}`,
      )
      const more = open.length - shown.length
      return more === 0 ? bars : [...bars, `and ${count(more)} more`]
    },
  }
}

const left = ({ next, stop }: Reading): number => (stop === null || stop < next ? 0 : Number(stop - next))
