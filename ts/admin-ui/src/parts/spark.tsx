/** The last minutes of a rate as an area. What draws it is loaded with the first one. */
import { useEffect, useRef } from 'react'

interface SparkProps {
  /** Seconds since 1970. */
  readonly times: readonly number[]
  readonly values: readonly number[]
  readonly label: string
}

const HEIGHT = 44
const SMALLEST_TOP = 1

export const Spark = ({ times, values, label }: SparkProps) => {
  const frame = useRef<HTMLDivElement>(null)
  const plot = useRef<{ setData(data: [number[], number[]]): void }>(null)
  const data = useRef<[number[], number[]]>([[], []])
  data.current = [[...times], [...values]]
  useEffect(() => {
    const element = frame.current
    if (element === null) return undefined
    let destroy: (() => void) | undefined
    let isGone = false
    const draw = async () => {
      const { drawSpark } = await import('./spark-plot.ts')
      if (isGone) return
      const drawn = drawSpark(element, HEIGHT, SMALLEST_TOP, data.current)
      plot.current = drawn
      destroy = drawn.destroy
    }
    void draw()
    return () => {
      isGone = true
      destroy?.()
      plot.current = null
    }
  }, [])
  useEffect(() => plot.current?.setData(data.current))
  return <div className="spark" ref={frame} role="img" aria-label={label} style={{ height: HEIGHT }} />
}
