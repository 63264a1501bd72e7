// Rows 6, 7 and 23: what a request costs that has hardly anything in it.
import { type Case, type Setting, type Taken } from '../case.ts'
import { columns } from '../columns.ts'
import { measure, type Report } from '../generator.ts'
import { cpuPerRequestMeasure, lower, machineCpuPerRequest, part, requestRate, times } from './measures.ts'
import { cpuPerRequest, type Load, machinePerRequest, produceTo } from './produce.ts'

const { kafka, millrace, nothing, relaxed, tuned } = columns

const ONE_RECORD: Load = { connections: 64, depth: 5, records: 1, recordBytes: 100, partitions: 6 }
const ONE_AT_A_TIME: Load = { ...ONE_RECORD, connections: 1, depth: 1, partitions: 1 }

const perRequest = (report: Report): Readonly<Record<string, number>> => ({
  requests: report.requestsPerSecond,
  CPU: cpuPerRequest(report),
  'CPU of the whole machine': machinePerRequest(report),
})

const floor = (broker: string) => ({ broker, bound: 'atMost', value: 2, against: nothing.name }) as const

const oneRecord: Case = {
  rows: [
    {
      row: 6,
      id: 'requests',
      title: 'One record a request',
      measures: [requestRate(times(6)), cpuPerRequestMeasure(part(1 / 10)), machineCpuPerRequest],
    },
    {
      row: 23,
      id: 'requests-floor',
      title: 'One record a request, beside a broker that keeps nothing',
      measures: [cpuPerRequestMeasure(floor(millrace.name))],
    },
  ],
  what: 'One record of 100 bytes a request, 64 connections with 5 requests in flight each, 6 partitions, acks=1; the broker that keeps nothing has a thread for each processor, as Millrace has, and answers what came together in one call.',
  columns: [millrace, kafka, tuned, relaxed, nothing],
  load: 'requests',
  isShort: true,
  take: (setting) => produceTo(setting, ONE_RECORD, perRequest),
}

/** Half as long as the measurement itself: a median needs few. */
const FLOOR_SHARE = 0.5

/** The median with the null broker in the place of the broker, measured just before. */
const floorOf = async ({ lab, seconds }: Setting): Promise<number> => {
  const server = await lab.alone(nothing.process)
  const target = { bootstrap: `127.0.0.1:${server.port}`, topic: 'floor' }
  const report = await measure('produce', { ...ONE_AT_A_TIME, ...target, warmUp: 1, seconds: seconds * FLOOR_SHARE })
  return report.latency.p50
}

const aboveFloor = async (setting: Setting): Promise<Taken> => {
  const floor = await floorOf(setting)
  return produceTo(setting, ONE_AT_A_TIME, ({ latency }) => ({
    p50: latency.p50,
    // The resolution of the histogram is a microsecond: less than that is none.
    'p50 above the floor': Math.max(latency.p50 - floor, 1),
    p99: latency.p99,
  }))
}

const oneAtATime: Case = {
  rows: [
    {
      row: 7,
      id: 'latency',
      title: 'One request at a time',
      measures: [lower('p50 above the floor', 'us', part(1 / 3, relaxed.name)), lower('p50', 'us'), lower('p99', 'us')],
    },
  ],
  what: 'One connection, one record of 100 bytes, one request in flight; the floor is the median against a broker that keeps nothing, taken just before each, in one thread for one connection.',
  columns: [relaxed, kafka, tuned, millrace],
  load: 'requests',
  isShort: true,
  take: aboveFloor,
}

export const smallCases: readonly Case[] = [oneRecord, oneAtATime]
