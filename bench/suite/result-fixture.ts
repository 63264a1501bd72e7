// Small results for the tests of what reads them.
import type { BrokerInfo, CaseResult, Measure, Result, Sample } from './result.ts'

const broker = (name: string, family: BrokerInfo['family']): BrokerInfo => ({
  name,
  family,
  version: '1',
  settings: 'as shipped',
  command: name,
})

const BROKERS = [
  broker('millrace', 'millrace'),
  broker('millrace relaxed', 'millrace'),
  broker('kafka', 'kafka'),
  broker('kafka tuned', 'kafka'),
]

export const THROUGHPUT: Measure = {
  name: 'throughput',
  unit: 'MB/s',
  better: 'higher',
  target: { broker: 'millrace', bound: 'atLeast', value: 4, against: 'kafka' },
}

export const CPU: Measure = {
  name: 'cpu',
  unit: 'CPU-s/GB',
  better: 'lower',
  target: { broker: 'millrace', bound: 'atMost', value: 1 / 6, against: 'kafka' },
}

type Runs = Readonly<Record<string, readonly number[]>>

/** A result of one measure: the values of each broker, one for each pair. */
export const resultOf = (
  measure: Measure,
  runs: Runs,
  change: (sample: Sample) => Sample = (sample) => sample,
): Result => {
  const samples = Object.entries(runs).flatMap(([name, values]) =>
    values.map((value, pair) =>
      change({
        broker: name,
        pair,
        values: { [measure.name]: value },
        clientCpuSeconds: 1,
        clientIsLimit: false,
        steal: 0,
      }),
    ),
  )
  const only: CaseResult = { row: 1, id: 'case', title: 'Case', what: 'Measured.', measures: [measure], samples }
  const machine = { cpu: 'x', cores: 2, memoryBytes: 1, kernel: '6', disk: 'vda', filesystem: 'ext4' }
  return { format: 1, date: '2026-11-21', commit: 'a', mode: 'full', machine, brokers: BROKERS, cases: [only] }
}
