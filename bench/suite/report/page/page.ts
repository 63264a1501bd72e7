// Runs in the report: draws every plot that the page holds as data, in the colours of the reader's theme.
import type UPlot from 'uplot'
import type { Line, Plot } from './plot.ts'

// The library stands in the page before this script.
declare const uPlot: typeof UPlot

const HEIGHT = 280
// oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the enum is of the types alone: the value stands nowhere
const LOGARITHMIC = 3 as UPlot.Scale.Distr
const PERCENTILES = [0, 50, 90, 99, 99.9, 99.99, 99.999]

/** Steps of an axis of time. */
const SECONDS = [1, 2, 5, 10, 20, 60, 120, 300, 600]

const css = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
const ink = (): string => css('--ink-soft')
const grid = { stroke: (): string => css('--line'), width: 1 }
const axis = { stroke: ink, grid, ticks: grid, font: '12px system-ui, sans-serif' }

/** How many nines a percentile has: 90 is 1, 99 is 2. */
const nines = (percentile: number): number => -Math.log10(1 - percentile / 100)
const percentileOf = (nines: number): string => `p${Number((100 * (1 - 10 ** -nines)).toFixed(6))}`

const microseconds = (value: number): string => {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))} s`
  return value >= 1e3 ? `${Number((value / 1e3).toPrecision(3))} ms` : `${Number(value.toPrecision(3))} us`
}

const written = (plot: Plot, value: number | null): string => {
  if (value === null) return '-'
  return plot.unit === 'us' ? microseconds(value) : `${Number(value.toPrecision(4))} ${plot.unit}`
}

/** The caption of the plot names the unit, unless it grows along the axis. */
const onAxis = (plot: Plot, value: number): string =>
  plot.unit === 'us' ? microseconds(value) : value.toLocaleString('en-US')

/** Median, then the two edges of the band around it. */
const seriesOf = (plot: Plot, { broker, colour, isDashed }: Line): UPlot.Series[] => {
  const edge = { width: 0, points: { show: false }, class: 'edge', stroke: 'transparent' }
  const line: UPlot.Series = {
    label: broker,
    stroke: () => css(colour),
    width: 2,
    ...(isDashed && { dash: [6, 4] }),
    points: { show: plot.x.length < 2 },
    value: (_, value: number | null) => written(plot, value),
  }
  return [line, { ...edge, label: '' }, { ...edge, label: '' }]
}

const optionsOf = (plot: Plot, width: number): UPlot.Options => {
  const isLatency = plot.unit === 'us'
  const first = nines(plot.x[0] ?? 0)
  const last = nines(plot.x.at(-1) ?? 0)
  const xAxis =
    plot.kind === 'time'
      ? { ...axis, incrs: SECONDS, values: (_: UPlot, at: number[]) => at.map((seconds) => `${seconds} s`) }
      : {
          ...axis,
          splits: () => PERCENTILES.map(nines).filter((at) => at >= first && at <= last),
          values: (_: UPlot, at: number[]) => at.map(percentileOf),
        }
  return {
    width,
    height: HEIGHT,
    // The last text of the axis is centred on its end.
    padding: [8, 24, 0, 0],
    scales: {
      x: { time: false },
      y: isLatency ? { distr: LOGARITHMIC } : { range: { min: { soft: 0, mode: 1 }, max: { pad: 0.1 } } },
    },
    axes: [
      xAxis,
      {
        ...axis,
        size: 60,
        // On the logarithmic axis only powers of ten have a place for a text; the others come as null.
        values: (_: UPlot, at: (number | null)[]) => at.map((value) => (value === null ? '' : onAxis(plot, value))),
      },
    ],
    series: [
      {
        label: plot.kind === 'time' ? 'time' : 'percentile',
        value: (_: UPlot, at: number | null) => {
          if (at === null) return '-'
          return plot.kind === 'time' ? `${at} s` : percentileOf(at)
        },
      },
      ...plot.lines.flatMap((line) => seriesOf(plot, line)),
    ],
    bands: plot.lines.map(({ colour }, at) => ({
      series: [3 * at + 3, 3 * at + 2] as [number, number],
      fill: () => `color-mix(in srgb, ${css(colour)} 18%, transparent)`,
    })),
    cursor: { drag: { x: true, y: false } },
  }
}

const drawn: UPlot[] = []

const draw = (plot: Plot): void => {
  const place = document.getElementById(plot.id)
  if (place === null) throw new Error(`no place for ${plot.id}`)
  const x = plot.kind === 'time' ? [...plot.x] : plot.x.map(nines)
  const data = [x, ...plot.lines.flatMap(({ median, low, high }) => [[...median], [...low], [...high]])]
  const chart = new uPlot(optionsOf(plot, place.clientWidth), data as UPlot.AlignedData, place)
  new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height: HEIGHT })).observe(place)
  drawn.push(chart)
}

const plots = JSON.parse(document.getElementById('plots')?.textContent ?? '[]') as readonly Plot[]
for (const plot of plots) draw(plot)
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  for (const chart of drawn) chart.redraw(false, true)
})
