/** How long requests took, by API: those that the engine answers and those of the control plane, in the same classes. */
import { type ApiLatency, CLASSES, type Latencies } from '../../dispatch/latency.ts'

const NANOS_PER_MS = 1_000_000

/** What the engine calls the times that it counts. A fetch that waits for records takes as long as it waits. */
const ofEngine = [
  ['Produce', 'server.produces'],
  ['Fetch', 'server.fetches'],
] as const

/** How long requests of one kind took. */
export type Times = Omit<ApiLatency, 'failures'>

export type RequestTimes = ReadonlyMap<string, Times>

export const requestTimes = (stats: ReadonlyMap<string, number>, latencies: Latencies): RequestTimes => {
  const stat = (name: string): number => stats.get(name) ?? 0
  const engine = ofEngine.map(([api, name]): readonly [string, Times] => {
    const classes = Array.from({ length: CLASSES }, (_, index) => stat(`${name}.class.${index}`))
    const requests = classes.reduce((sum, count) => sum + count, 0)
    return [api, { requests, totalMs: stat(`${name}.nanos`) / NANOS_PER_MS, classes }]
  })
  return new Map<string, Times>([...engine, ...latencies.snapshot()])
}

/** Names of the engine's figures that are told as times. */
export const timeStats: readonly string[] = ofEngine.flatMap(([, name]) => [
  `${name}.nanos`,
  ...Array.from({ length: CLASSES }, (_, index) => `${name}.class.${index}`),
])
