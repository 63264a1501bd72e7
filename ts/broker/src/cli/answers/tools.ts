// What `millrace doctor`, `bench` and `canary run` answer.
import { fields, oneOf, rows, type Shape } from './shape.ts'

const throughput = {
  records: 'whole number',
  bytes: 'whole number',
  seconds: 'number',
  recordsPerSecond: 'number',
  megabytesPerSecond: 'number',
} as const

const latencies = {
  p50Ms: 'number, or null where there was no record',
  p90Ms: 'number, or null where there was no record',
  p99Ms: 'number, or null where there was no record',
  p999Ms: 'number, or null where there was no record',
  maxMs: 'number, or null where there was no record',
} as const

export const toolAnswers: Readonly<Record<string, Shape>> = {
  doctor: rows({
    check: 'text',
    result: oneOf('ok', 'warn', 'fail'),
    what: 'text',
    fix: 'text, empty where there is nothing to mend',
  }),
  'bench produce': fields({ ...throughput, ...latencies }),
  'bench consume': fields(throughput),
  'bench e2e': fields({ ...throughput, lost: 'whole number', duplicated: 'whole number', ...latencies }),
  'canary run': rows({
    time: 'time',
    sent: 'whole number since the start',
    received: 'whole number since the start',
    failed: 'whole number since the start',
    lost: 'whole number since the start',
    duplicated: 'whole number since the start',
    availability: 'number from 0 to 1, or null before the first',
    produceMs: 'number, or null where none came since the round before',
    endToEndMs: 'number, or null where none came since the round before',
    p99Ms: 'number, or null before the first',
    failure: 'text, or null where the newest record came back',
  }),
}
