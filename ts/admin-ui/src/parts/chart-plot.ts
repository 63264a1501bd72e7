/** A chart by uPlot in the colours of the element that it stands in; its axes in those of the one around it. */
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { ChartLook } from './chart.tsx'

export interface Plot {
  redraw(): void
  destroy(): void
}

const FILL_SHARE = '22'
/** What an axis takes, and the least room of a label, in pixels. */
const AXES = { x: { size: 26, space: 84 }, y: { size: 62, space: 30 } } as const
/** The half of a time that stands below the end of the chart, in pixels. */
const HALF_A_TIME = 32

/** Asks how it is to look at each drawing: values, language and theme may have changed. */
export const drawChart = (element: HTMLElement, look: () => ChartLook): Plot => {
  const { height, axes } = look()
  const colour = () => hexOf(getComputedStyle(element).color)
  const around = () => hexOf(getComputedStyle(element.parentElement ?? element).color)
  const data = (): [number[], (number | null)[]] => [[...look().times], [...look().values]]
  const axis = { stroke: around, grid: { stroke: () => `${around()}${FILL_SHARE}`, width: 1 }, ticks: { show: false } }
  const plot = new UPlot(
    {
      width: element.clientWidth,
      height,
      padding: axes === undefined ? [2, 0, 2, 0] : [8, HALF_A_TIME, 0, 0],
      cursor: { show: false },
      legend: { show: false },
      axes:
        axes === undefined
          ? [{ show: false }, { show: false }]
          : [
              { ...axis, ...AXES.x, values: (_, at) => at.map((each) => look().axes?.time(each) ?? '') },
              {
                ...axis,
                ...AXES.y,
                values: (_, at) => at.map((each) => look().axes?.value(each) ?? ''),
                incrs: axes.steps,
              },
            ],
      scales: {
        x: { range: (_, first, last) => [axes === undefined ? first : last - axes.seconds, last] },
        y: { range: (_, _min, max) => [0, Math.max(max, look().smallestTop)] },
      },
      series: [{}, { stroke: colour, fill: () => `${colour()}${FILL_SHARE}`, width: 1.5, points: { show: false } }],
    },
    data(),
    element,
  )
  const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }))
  resized.observe(element)
  return {
    redraw: () => plot.setData(data()),
    destroy() {
      resized.disconnect()
      plot.destroy()
    },
  }
}

/** `rgb(1, 2, 3)` as #010203, so that a share of opacity can stand behind it. */
const hexOf = (colour: string): string =>
  `#${[...colour.matchAll(/\d+/g)]
    .slice(0, 3)
    .map(([part]) => Number(part).toString(16).padStart(2, '0'))
    .join('')}`
