// The samples of a case as lines to plot: for each broker the median of its runs, and the band that they lie in.
import type { BrokerInfo, CaseResult, Sample } from '../result.ts'
import { keptSamples, median } from '../statistics.ts'
import { colourOf, isDashed } from './colours.ts'
import type { Line, Plot } from './page/plot.ts'

type Points = readonly (readonly [x: number, y: number])[]

interface Kind {
  readonly name: string
  readonly kind: Plot['kind']
  readonly unit: Plot['unit']
  readonly points: (sample: Sample) => Points
}

/** The tail is cut where an axis of nines ends: the largest value of all has no place on it. */
const MOST_PERCENTILE = 99.999

/** Runs do not tick at the same fractions of a second. */
const bySecond = (points: Points = [], scale: number): Points => points.map(([s, y]) => [Math.floor(s), y / scale])

const KINDS: readonly Kind[] = [
  { name: 'Throughput', kind: 'time', unit: 'MB/s', points: ({ throughput }) => bySecond(throughput, 1e6) },
  {
    name: 'Latency',
    kind: 'percentile',
    unit: 'us',
    points: ({ latency = [] }) => latency.filter(([percentile, us]) => percentile <= MOST_PERCENTILE && us > 0),
  },
  { name: 'Memory', kind: 'time', unit: 'MB', points: ({ memory }) => bySecond(memory, 1e6) },
]

export interface TitledPlot extends Plot {
  readonly title: string
}

/** The plots of a case: of what its samples hold. */
export const plotsOf = (brokers: readonly BrokerInfo[], result: CaseResult): readonly TitledPlot[] =>
  KINDS.flatMap(({ name, kind, unit, points }) => {
    const runs = keptSamples(result)
      .map((sample) => ({ broker: sample.broker, points: points(sample) }))
      .filter((run) => run.points.length > 0)
    if (runs.length === 0) return []
    const x = [...new Set(runs.flatMap((run) => run.points.map(([at]) => at)))].toSorted((a, b) => a - b)
    const lines = brokers.flatMap((broker) => {
      const own = runs.filter((run) => run.broker === broker.name).map((run) => run.points)
      return own.length === 0 ? [] : [lineOf(brokers, broker, x, own)]
    })
    return [{ id: `${result.id}-${name.toLowerCase()}`, title: name, kind, unit, x, lines }]
  })

const lineOf = (
  brokers: readonly BrokerInfo[],
  broker: BrokerInfo,
  x: readonly number[],
  runs: readonly Points[],
): Line => {
  const values = x.map((at) => runs.flatMap((points) => points.filter(([own]) => own === at).map(([, y]) => y)))
  const each = (value: (all: readonly number[]) => number): readonly (number | null)[] =>
    values.map((all) => (all.length === 0 ? null : Number(value(all).toPrecision(5))))
  return {
    broker: broker.name,
    colour: colourOf(brokers, broker),
    isDashed: isDashed(brokers, broker),
    median: each(median),
    low: each((all) => Math.min(...all)),
    high: each((all) => Math.max(...all)),
  }
}
