// The file that a run of the suite writes and every report reads.
import { readFileSync } from 'node:fs'

/** What a broker is, whatever its shape: a target is set against the better of all shapes of Apache Kafka in its case. */
export type Family = 'millrace' | 'kafka' | 'null'

export interface BrokerInfo {
  /** Unique in the file and the name of a column: 'millrace', 'millrace relaxed', 'kafka', 'kafka tuned', 'null broker' ... */
  readonly name: string
  readonly family: Family
  readonly version: string
  /** What is set that is not a default, for the reader: 'as shipped', '2 GB heap, ParallelGC ...'. */
  readonly settings: string
  /** The command line; ports and directories differ from start to start. */
  readonly command: string
}

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  readonly kernel: string
  readonly disk: string
  readonly filesystem: string
}

/** What is to be reached by one broker in one measure. */
export interface Target {
  /** The broker that is to reach it. */
  readonly broker: string
  readonly bound: 'atLeast' | 'atMost'
  /** A ratio of the broker's value to the other's in the same pair, or the value itself when `against` is 'nothing'. */
  readonly value: number
  /** 'kafka': the better of all brokers of that family in the case; a name of a broker; or 'nothing'. */
  readonly against: string
  /** Other brokers that are to reach the same. */
  readonly also?: readonly string[]
}

export interface Measure {
  /** The key in `Sample.values`. */
  readonly name: string
  /** 'MB/s', 'CPU-s/GB', 'us', 'ms', 's', 'requests/s', 'records/s', 'bytes', 'x' (a ratio by itself) ... */
  readonly unit: string
  readonly better: 'higher' | 'lower'
  readonly target?: Target
}

/** One run of one broker. */
export interface Sample {
  readonly broker: string
  /** The samples of one pair were taken next to each other. */
  readonly pair: number
  /** Why it does not count: 'first pair', 'stolen CPU', or 'void: ...' when what was acknowledged was not readable. */
  readonly dropped?: string
  readonly values: Readonly<Record<string, number>>
  /** Percentile (0 to 100) and microseconds, ascending. */
  readonly latency?: readonly (readonly [percentile: number, microseconds: number])[]
  /** Seconds from the start of the load and resident bytes. */
  readonly memory?: readonly (readonly [seconds: number, bytes: number])[]
  /** Seconds from the start of the measurement and bytes a second. */
  readonly throughput?: readonly (readonly [seconds: number, bytesPerSecond: number])[]
  readonly clientCpuSeconds: number
  /** The client was as busy as it can be, so that the broker may be able to do more. */
  readonly clientIsLimit: boolean
  /** Share of the machine's processor time that its host gave to others, 0 to 1. */
  readonly steal: number
}

export interface CaseResult {
  /** The row of the table of targets. */
  readonly row: number
  /** Unique in the file. */
  readonly id: string
  readonly title: string
  /** One sentence: how it is measured. */
  readonly what: string
  readonly measures: readonly Measure[]
  readonly samples: readonly Sample[]
}

export interface Result {
  readonly format: 1
  /** ISO 8601, when the run began. */
  readonly date: string
  /** The last one that changed what is measured, with '-dirty' behind it when files differed from it. */
  readonly commit: string
  readonly mode: 'short' | 'full'
  /** Measurements of each broker that may count, and how long each is; older files do not say. */
  readonly pairs?: number
  readonly seconds?: number
  readonly machine: Machine
  readonly brokers: readonly BrokerInfo[]
  /** Those that are done: the file is written after each. */
  readonly cases: readonly CaseResult[]
}

/** Reads a file. Throws, and says where, when it is none of these. */
export const readResult = (path: string): Result => {
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
  try {
    return checkResult(value)
  } catch (error) {
    throw new Error(`${path} is no result of the suite: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

type Shape = 'string' | 'number' | 'boolean' | readonly [Shape] | { readonly [field: string]: Shape }

const SHAPE: Shape = {
  format: 'number',
  date: 'string',
  commit: 'string',
  mode: 'string',
  'pairs?': 'number',
  'seconds?': 'number',
  machine: {
    cpu: 'string',
    cores: 'number',
    memoryBytes: 'number',
    kernel: 'string',
    disk: 'string',
    filesystem: 'string',
  },
  brokers: [{ name: 'string', family: 'string', version: 'string', settings: 'string', command: 'string' }],
  cases: [
    {
      row: 'number',
      id: 'string',
      title: 'string',
      what: 'string',
      measures: [
        {
          name: 'string',
          unit: 'string',
          better: 'string',
          'target?': { broker: 'string', bound: 'string', value: 'number', against: 'string', 'also?': ['string'] },
        },
      ],
      samples: [
        {
          broker: 'string',
          pair: 'number',
          'dropped?': 'string',
          values: {},
          'latency?': [['number']],
          'memory?': [['number']],
          'throughput?': [['number']],
          clientCpuSeconds: 'number',
          clientIsLimit: 'boolean',
          steal: 'number',
        },
      ],
    },
  ],
}

/** As it is written: a line a field, and one for all numbers of a list, of which curves have many. */
export const resultText = (result: Result): string => {
  const numbers = /\[[\s\d.,e+[\]-]+\]/g
  return `${JSON.stringify(result, null, 1).replaceAll(numbers, (list) => list.replaceAll(/\s+/g, ''))}\n`
}

const checkResult = (value: unknown): Result => {
  check(value, SHAPE, 'the file')
  const result = value as Result
  if (result.format !== 1) throw new Error(`format ${String(result.format)}, not 1`)
  const known = new Set(result.brokers.map(({ name }) => name))
  for (const { id, measures, samples } of result.cases) {
    for (const { broker, values } of samples) {
      if (!known.has(broker)) throw new Error(`case ${id} names the broker ${broker}, which is not listed`)
      for (const [name, number] of Object.entries(values)) {
        if (!measures.some((measure) => measure.name === name)) throw new Error(`case ${id} has no measure ${name}`)
        check(number, 'number', `${name} of case ${id}`)
      }
    }
  }
  return result
}

const check = (value: unknown, shape: Shape, where: string): void => {
  if (typeof shape === 'string') {
    const isRight = typeof value === shape && (typeof value !== 'number' || Number.isFinite(value))
    if (!isRight) throw new Error(`${where} is not a ${shape}`)
  } else if (isList(shape)) {
    if (!Array.isArray(value)) throw new Error(`${where} is not a list`)
    for (const [at, item] of value.entries()) check(item, shape[0], `${where}[${at}]`)
  } else {
    if (typeof value !== 'object' || value === null) throw new Error(`${where} is not an object`)
    for (const [field, wanted] of Object.entries(shape)) {
      const name = field.replace('?', '')
      const found = (value as Readonly<Record<string, unknown>>)[name]
      if (found !== undefined || name === field) check(found, wanted, `${where}.${name}`)
    }
  }
}

const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape)
