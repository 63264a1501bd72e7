// The measures of the rows, each with its unit and what is to be reached.
import { columns } from '../columns.ts'
import type { Measure, Target } from '../result.ts'

const SHIPPED = columns.millrace.name

/** So many times the better of Kafka's shapes. */
export const times = (value: number, broker: string = SHIPPED): Target => ({
  broker,
  bound: 'atLeast',
  value,
  against: 'kafka',
})

/** At most such a part of the better of Kafka's shapes. */
export const part = (value: number, broker: string = SHIPPED): Target => ({
  broker,
  bound: 'atMost',
  value,
  against: 'kafka',
})

/** The value itself. */
export const atMost = (value: number, broker: string = SHIPPED): Target => ({
  broker,
  bound: 'atMost',
  value,
  against: 'nothing',
})

const measure = (name: string, unit: string, better: Measure['better'], target?: Target): Measure => ({
  name,
  unit,
  better,
  ...(target === undefined ? {} : { target }),
})

export const higher = (name: string, unit: string, target?: Target): Measure => measure(name, unit, 'higher', target)

export const lower = (name: string, unit: string, target?: Target): Measure => measure(name, unit, 'lower', target)

export const throughput = (target?: Target): Measure => higher('throughput', 'MB/s', target)

export const requestRate = (target?: Target): Measure => higher('requests', 'requests/s', target)

export const cpuPerGB = (target?: Target): Measure => lower('CPU', 'CPU-s/GB', target)

export const machineCpuPerGB = lower('CPU of the whole machine', 'CPU-s/GB')

export const cpuPerRequestMeasure = (target?: Target): Measure => lower('CPU', 'us/request', target)

export const machineCpuPerRequest = lower('CPU of the whole machine', 'us/request')
