/** The last minutes of a rate as an area. What draws it is loaded with the first one. */
import { useEffect, useRef } from 'react'
import { usePart } from './use-part.ts'

interface SparkProps {
  /** Seconds since 1970. */
  readonly times: readonly number[]
  readonly values: readonly number[]
  readonly label: string
}

const HEIGHT = 44
const SMALLEST_TOP = 1
const loadPlot = () => import('./spark-plot.ts')

export const Spark = ({ times, values, label }: SparkProps) => {
  const frame = useRef<HTMLDivElement>(null)
  const plot = useRef<{ setData(data: [number[], number[]]): void }>(null)
  const data = useRef<[number[], number[]]>([[], []])
  data.current = [[...times], [...values]]
  const part = usePart('spark-plot', loadPlot)
  useEffect(() => {
    if (frame.current === null || part === undefined) return undefined
    const drawn = part.drawSpark(frame.current, HEIGHT, SMALLEST_TOP, data.current)
    plot.current = drawn
    return () => {
      drawn.destroy()
      plot.current = null
    }
  }, [part])
  useEffect(() => plot.current?.setData(data.current))
  return <div className="spark" ref={frame} role="img" aria-label={label} style={{ height: HEIGHT }} />
}
