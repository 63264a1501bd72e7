/** Rates from counters that only rise: each look at them is compared with the one before. What was seen stays for five minutes. */
import { queryOptions } from '@tanstack/react-query'

/** What is watched, by the name of its counter at `/metrics`. */
const counters = {
  bytesIn: 'millrace_record_bytes_in_total',
  bytesOut: 'millrace_record_bytes_out_total',
  produces: 'millrace_produce_requests_total',
  fetches: 'millrace_fetch_requests_total',
} as const

export type RateName = keyof typeof counters
export const rateNames = Object.keys(counters) as readonly RateName[]

type Values = Readonly<Record<RateName, number>>

/** Rates a second over the time that ends at `at`, in milliseconds since 1970. */
export interface RatePoint extends Values {
  readonly at: number
}

export const LOOK_MS = 2000
const KEPT_MS = 300_000
const POINTS_MAX = KEPT_MS / LOOK_MS
const SECOND_MS = 1000

export const counterIn = (page: string, name: string): number =>
  Number(new RegExp(`^${name} (\\S+)`, 'm').exec(page)?.[1] ?? 0)

interface Look {
  readonly at: number
  readonly values: Values
}

/** Null where a broker has started anew in between: its counters began at nought. */
export const rateBetween = (before: Look, now: Look): RatePoint | null => {
  const seconds = (now.at - before.at) / SECOND_MS
  if (seconds <= 0 || rateNames.some((name) => now.values[name] < before.values[name])) return null
  return { at: now.at, ...valuesOf((name) => (now.values[name] - before.values[name]) / seconds) }
}

const valuesOf = (read: (name: RateName) => number): Values =>
  Object.fromEntries(rateNames.map((name) => [name, read(name)])) as Record<RateName, number>

let last: Look | undefined
let points: readonly RatePoint[] = []

const look = async (): Promise<readonly RatePoint[]> => {
  const response = await fetch('/metrics')
  if (!response.ok) throw new Error(String(response.status))
  const page = await response.text()
  const now = { at: Date.now(), values: valuesOf((name) => counterIn(page, counters[name])) }
  const point = last === undefined ? null : rateBetween(last, now)
  last = now
  if (point !== null) points = [...points, point].slice(-POINTS_MAX)
  return points
}

export const ratesQuery = queryOptions({ queryKey: ['rates'], queryFn: look, refetchInterval: LOOK_MS })
