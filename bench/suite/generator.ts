// The load generator as a program: what it is told and what it says.
import { join } from 'node:path'
import { repository } from '@millrace/test/harness/paths.js'
import { type Command, run, type Running, start } from '@millrace/test/harness/process.js'

export interface Point {
  readonly bytes: number
  readonly p99: number
  readonly max: number
}

/** What a load measured; times in microseconds. */
export interface Report {
  readonly seconds: number
  readonly requests: number
  readonly records: number
  readonly bytes: number
  readonly requestsPerSecond: number
  readonly recordsPerSecond: number
  readonly megabytesPerSecond: number
  readonly errors: Readonly<Record<string, number>>
  readonly acknowledged: number
  readonly latency: {
    readonly p50: number
    readonly p99: number
    readonly p999: number
    readonly max: number
    readonly curve: readonly (readonly [percentile: number, microseconds: number])[]
  }
  readonly course: readonly Point[]
  readonly clientCpuSeconds: number
  readonly brokerCpuSeconds: number
  readonly machineCpuSeconds: number
  readonly stolenCpuSeconds: number
}

export interface Contents {
  readonly records: number
  readonly bytes: number
  readonly ends: readonly number[]
}

export interface Filled {
  readonly acknowledged: number
  readonly bytes: number
}

type Options = Readonly<Record<string, string | number | boolean | undefined>>

/** `recordBytes: 100` is `--record-bytes 100`; what is true has no value, what is false or undefined is left out. */
export const generatorArgs = (subcommand: string, options: Options): readonly string[] => [
  subcommand,
  ...Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined || value === false) return []
    const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    return value === true ? [flag] : [flag, String(value)]
  }),
]

/** MILLRACE_LOAD names another build of it. */
const program = process.env['MILLRACE_LOAD'] ?? join(repository, 'target', 'release', 'load')

const command = (subcommand: string, options: Options): Command => ({
  command: program,
  args: generatorArgs(subcommand, options),
})

/** A load that takes longer than it was told to and than what is in flight may take has hung. */
const TIMEOUT_MS = 900_000

const answerOf = async (subcommand: string, options: Options, seconds = 0): Promise<unknown> => {
  const { stdout } = await run(command(subcommand, options), { timeoutMs: TIMEOUT_MS + seconds * 1000 })
  return JSON.parse(stdout.toString())
}

export const measure = async (
  subcommand: 'produce' | 'fetch' | 'end-to-end',
  options: Options & { readonly seconds: number },
): Promise<Report> => (await answerOf(subcommand, options, options.seconds)) as Report

export const fill = async (options: Options): Promise<Filled> => (await answerOf('fill', options)) as Filled

export const verify = async (options: Options): Promise<Contents> => (await answerOf('verify', options)) as Contents

/** A program that runs until it is ended: `null-broker`, `idle`. */
export const keep = (subcommand: 'null-broker' | 'idle', options: Options = {}): Running =>
  start(command(subcommand, options))
