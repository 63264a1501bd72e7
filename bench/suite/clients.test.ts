import { expect, test } from 'vitest'
import { consumed, lastRate } from './clients.ts'

test('of a producer that warmed up the rate behind it counts', () => {
  const said = `100000 records sent, 19996.0 records/sec (19.53 MB/sec), 700.1 ms avg latency, 900.0 ms max latency.
200000 records sent, 110000.0 records/sec (107.42 MB/sec), 25.00 ms avg latency, 150.00 ms max latency, 3 ms 50th, 90 ms 95th, 120 ms 99th, 149 ms 99.9th.
150000 steady state records sent, 151515.2 records/sec (147.96 MB/sec), 9.00 ms avg latency, 40.00 ms max latency, 2 ms 50th, 20 ms 95th, 30 ms 99th, 39 ms 99.9th.
`
  expect(lastRate(said)).toBe(151_515.2)
  expect(lastRate('nothing')).toBeNaN()
})

test('of a consumer the time in which it fetched counts, without that of joining', () => {
  const said = `start.time, end.time, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec
2026-11-22 12:00:00:000, 2026-11-22 12:00:04:000, 1000.0000, 250.0000, 1024000, 256000.0000, 3000, 1000, 1000.0000, 1024000.0000
`
  expect(consumed(said)).toEqual({ acknowledged: 1_024_000, recordsPerSecond: 1_024_000 })
})
