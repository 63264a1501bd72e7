// What a bench answers: how much went through, how fast, and how long it took.
import { Distribution } from '../distribution.ts'
import { columns, type View } from '../output/view.ts'

const MB = 1e6
const DIGITS = 3

export interface Amount {
  readonly records: number
  readonly bytes: number
  readonly seconds: number
}

export const throughput = ({ records, bytes, seconds }: Amount): Record<string, number | null> => ({
  records,
  bytes,
  seconds: rounded(seconds),
  recordsPerSecond: records === 0 ? 0 : Math.round(records / seconds),
  megabytesPerSecond: records === 0 ? 0 : rounded(bytes / MB / seconds),
})

/** Times in milliseconds, each to three digits, so that many of them take little memory. */
export class Latencies {
  readonly #times = new Distribution()

  add(ms: number): void {
    this.#times.add(Number(ms.toPrecision(DIGITS)))
  }

  /** Null where there was none. */
  result(): Record<string, number | null> {
    const [p50Ms, p90Ms, p99Ms, p999Ms, maxMs] = this.#times.quantiles([0.5, 0.9, 0.99, 0.999, 1])
    return {
      p50Ms: p50Ms ?? null,
      p90Ms: p90Ms ?? null,
      p99Ms: p99Ms ?? null,
      p999Ms: p999Ms ?? null,
      maxMs: maxMs ?? null,
    }
  }
}

export const resultView = (value: Readonly<Record<string, number | null>>): View => ({
  value,
  table: { columns: columns(['what', 'value']), rows: Object.entries(value) },
  names: [String(value['records'])],
})

const rounded = (value: number): number => Math.round(value * 1000) / 1000
