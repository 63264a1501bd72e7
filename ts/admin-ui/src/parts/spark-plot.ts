/** A small chart by uPlot in the colours of the element that it stands in. */
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

type Data = [number[], number[]]

export interface SparkPlot {
  setData(data: Data): void
  destroy(): void
}

const FILL_SHARE = '22'

export const drawSpark = (element: HTMLElement, height: number, smallestTop: number, data: Data): SparkPlot => {
  // Asked for at each drawing: the theme may have changed.
  const colour = () => hexOf(getComputedStyle(element).color)
  const plot = new UPlot(
    {
      width: element.clientWidth,
      height,
      padding: [2, 0, 2, 0],
      cursor: { show: false },
      legend: { show: false },
      axes: [{ show: false }, { show: false }],
      scales: { x: {}, y: { range: (_, _min, max) => [0, Math.max(max, smallestTop)] } },
      series: [{}, { stroke: colour, fill: () => `${colour()}${FILL_SHARE}`, width: 1.5, points: { show: false } }],
    },
    data,
    element,
  )
  const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }))
  resized.observe(element)
  return {
    setData: (next) => plot.setData(next),
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
