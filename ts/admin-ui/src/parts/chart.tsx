/** What was noted over time, as an area. What draws it is loaded with the first one. */
import { useEffect, useRef } from 'react'
import { usePart } from './use-part.ts'

interface Axes {
  /** What the whole width stands for; the newest value is at its end. */
  readonly seconds: number
  /** Of seconds since 1970. */
  readonly time: (seconds: number) => string
  readonly value: (value: number) => string
  /** What may lie between two lines, rising. */
  readonly steps: number[]
}

export interface ChartLook {
  /** Seconds since 1970. */
  readonly times: readonly number[]
  /** Null where it was not known. */
  readonly values: readonly (number | null)[]
  /** In pixels. */
  readonly height: number
  /** What reaches the top while nothing is larger. */
  readonly smallestTop: number
  readonly axes?: Axes
}

/** `label` says in words what there is to see. */
export const Chart = ({ label, ...look }: ChartLook & { readonly label: string }) => {
  const frame = useRef<HTMLDivElement>(null)
  const plot = useRef<{ redraw(): void }>(null)
  const now = useRef<ChartLook>(look)
  now.current = look
  const part = usePart('chart-plot', loadPlot)
  useEffect(() => {
    if (frame.current === null || part === undefined) return undefined
    const drawn = part.drawChart(frame.current, () => now.current)
    plot.current = drawn
    return () => {
      drawn.destroy()
      plot.current = null
    }
  }, [part])
  useEffect(() => plot.current?.redraw())
  return <div className="chart" ref={frame} role="img" aria-label={label} style={{ height: look.height }} />
}

const loadPlot = () => import('./chart-plot.ts')

const SECOND_MS = 1000

/** When values were noted, in seconds since 1970: the newest at `until`, the others before it. */
export const timesOf = (
  count: number,
  { until, intervalMs } = { until: '0', intervalMs: SECOND_MS },
): readonly number[] =>
  Array.from({ length: count }, (_, at) => (Number(until) - (count - 1 - at) * intervalMs) / SECOND_MS)
