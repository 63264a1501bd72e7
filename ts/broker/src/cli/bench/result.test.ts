import { expect, test } from 'vitest'
import { Latencies, throughput } from './result.ts'

test('times are told to three digits', () => {
  const latencies = new Latencies()
  for (let ms = 1; ms <= 1000; ms += 1) latencies.add(ms * 1.00049)
  expect(latencies.result()).toEqual({ p50Ms: 500, p90Ms: 900, p99Ms: 990, p999Ms: 999, maxMs: 1000 })
})

test('what was not is not counted', () => {
  expect(new Latencies().result()).toEqual({ p50Ms: null, p90Ms: null, p99Ms: null, p999Ms: null, maxMs: null })
  expect(throughput({ records: 0, bytes: 0, seconds: 0 })).toMatchObject({ recordsPerSecond: 0, megabytesPerSecond: 0 })
  expect(throughput({ records: 3000, bytes: 3_000_000, seconds: 1.5 })).toEqual({
    records: 3000,
    bytes: 3_000_000,
    seconds: 1.5,
    recordsPerSecond: 2000,
    megabytesPerSecond: 2,
  })
})
