// Producers at full speed, or at a rate: the shape of one measurement that most rows share.
import { cpus } from 'node:os'
import { type Setting, serverOf, type Taken } from '../case.ts'
import { measure, type Report, verify } from '../generator.ts'
import { watchMemory } from '../system.ts'
import { withTopic } from '../topics.ts'

export interface Load {
  readonly connections: number
  readonly depth: number
  /** In a request. */
  readonly records: number
  readonly recordBytes: number
  readonly partitions: number
  readonly codec?: 'lz4' | 'zstd'
  readonly keyed?: boolean
  readonly acks?: number
  /** Requests a second; without it as many as there are answers. */
  readonly rate?: number
}

const LOAD_WARM_UP_SECONDS = 1
/** One thread of the client that is busier than this has no time for more. */
export const CLIENT_LIMIT = 0.9

/** What every load says of itself beside what a row asks for. */
export const takenFrom = (
  report: Report,
  values: Readonly<Record<string, number>>,
): Omit<Taken, 'memory' | 'voidBecause'> => ({
  values,
  latency: report.latency.curve,
  throughput: report.course.map(({ bytes }, at) => [at + 1, bytes] as const),
  clientCpuSeconds: report.clientCpuSeconds,
  clientIsLimit: report.clientCpuSeconds / report.seconds > CLIENT_LIMIT,
  steal: report.stolenCpuSeconds / (report.seconds * cpus().length),
})

type Outcome = Pick<Report, 'errors' | 'acknowledged'>

/** Why a load means nothing: a request was refused, or what was acknowledged is not what can be read. */
export const voidFor = (report: Outcome, readable: number): Pick<Taken, 'voidBecause'> => {
  const [error] = Object.keys(report.errors)
  if (error !== undefined) return { voidBecause: `requests were refused with error ${error}` }
  if (readable === report.acknowledged) return {}
  return { voidBecause: `${report.acknowledged} records were acknowledged and ${readable} are readable` }
}

/** What two loads on one topic come to. */
export const together = (one: Outcome, other: Outcome): Outcome => ({
  errors: { ...one.errors, ...other.errors },
  acknowledged: one.acknowledged + other.acknowledged,
})

/** Writes to a new topic, reads everything back, and measures in between. */
export const produceTo = async (
  setting: Setting,
  load: Load,
  values: (report: Report) => Readonly<Record<string, number>>,
): Promise<Taken> => {
  const server = await serverOf(setting)
  return withTopic(server, load.partitions, setting.column.topic, async (topic) => {
    const { seconds } = setting
    const options = { ...load, ...topic, pid: server.pid(), warmUp: LOAD_WARM_UP_SECONDS, seconds }
    const { value: report, memory } = await watchMemory(server.pid(), () => measure('produce', options))
    const taken = { ...takenFrom(report, values(report)), memory }
    if (setting.isWarmUp || server.dataDirectory === undefined) return taken
    return { ...taken, ...voidFor(report, (await verify({ ...topic })).records) }
  })
}

const GB = 1e9

export const cpuPerGigabyte = ({ brokerCpuSeconds, bytes }: Report): number => brokerCpuSeconds / (bytes / GB)

export const machinePerGigabyte = ({ machineCpuSeconds, bytes }: Report): number => machineCpuSeconds / (bytes / GB)

/** Microseconds. */
export const cpuPerRequest = ({ brokerCpuSeconds, requests }: Report): number => (brokerCpuSeconds * 1e6) / requests

export const machinePerRequest = ({ machineCpuSeconds, requests }: Report): number =>
  (machineCpuSeconds * 1e6) / requests
