// Rows 12 to 14: reading what was just written.
import { type Case, type Setting, serverOf, type Taken } from '../case.ts'
import { columns } from '../columns.ts'
import { fill, measure, type Report, verify } from '../generator.ts'
import { watchMemory } from '../system.ts'
import { type Topic, withTopic } from '../topics.ts'
import {
  cpuPerGB,
  cpuPerRequestMeasure,
  higher,
  machineCpuPerGB,
  part,
  requestRate,
  throughput,
  times,
} from './measures.ts'
import { cpuPerGigabyte, cpuPerRequest, machinePerGigabyte, takenFrom, together, voidFor } from './produce.ts'

/** Reading does not depend on whether what was written was synced. */
const COLUMNS = [columns.millrace, columns.kafka, columns.tuned]

const BATCH = { records: 16, recordBytes: 1024 }
/** Half a gibibyte: what consumers that keep up read is in memory. */
const HOT_REQUESTS = 32_768
const WARM_UP_SECONDS = 1

/** Writes, reads it again and again for as long as the measurement lasts, and checks then that all of it is there. */
const fetchFrom = async (
  setting: Setting,
  options: { readonly connections: number; readonly maxBytes: number; readonly partitions: number },
  values: (report: Report) => Readonly<Record<string, number>>,
): Promise<Taken> => {
  const server = await serverOf(setting)
  const { seconds } = setting
  return withTopic(server, options.partitions, setting.column.topic, async (topic) => {
    const { acknowledged } = await fill({ ...BATCH, ...topic, requests: HOT_REQUESTS })
    await setting.settle()
    const load = { ...options, ...topic, pid: server.pid(), warmUp: WARM_UP_SECONDS, seconds }
    const { value: report, memory } = await watchMemory(server.pid(), () => measure('fetch', load))
    const taken = { ...takenFrom(report, values(report)), memory }
    if (setting.isWarmUp) return taken
    return { ...taken, ...voidFor({ errors: report.errors, acknowledged }, (await verify({ ...topic })).records) }
  })
}

const hot = (connections: number, ratio: number): Case => ({
  rows: [
    {
      row: 12,
      id: `fetch-hot-${connections}`,
      title: `Hot data, ${connections} consumers`,
      measures: [throughput(times(ratio)), cpuPerGB(part(1)), machineCpuPerGB],
    },
  ],
  what: `Half a GiB of batches of 16 KiB is written and then read again and again by ${connections} consumers, up to 1 MiB in an answer, measured after a second of it: whoever does not keep in memory what was just written has read it from the disk by then.`,
  columns: COLUMNS,
  load: 'fetch',
  isShort: true,
  take: (setting) =>
    fetchFrom(setting, { connections, maxBytes: 1 << 20, partitions: 4 }, (report) => ({
      throughput: report.megabytesPerSecond,
      CPU: cpuPerGigabyte(report),
      'CPU of the whole machine': machinePerGigabyte(report),
    })),
})

const small: Case = {
  rows: [
    {
      row: 13,
      id: 'fetch-small',
      title: 'Small fetches, 64 consumers',
      measures: [requestRate(times(4)), cpuPerRequestMeasure(part(1 / 8))],
    },
  ],
  what: 'Half a GiB of batches of 16 KiB is written and then read again and again by 64 consumers, one batch in an answer, measured after a second of it.',
  columns: COLUMNS,
  load: 'fetch small',
  isShort: true,
  take: (setting) =>
    fetchFrom(setting, { connections: 64, maxBytes: 16 * 1024, partitions: 16 }, (report) => ({
      requests: report.requestsPerSecond,
      CPU: cpuPerRequest(report),
    })),
}

const TAIL_CONSUMERS = 16
const TAIL_RATE = 2000
/** The producer begins before the consumers are measured and ends after them. */
const TAIL_LEAD_SECONDS = 1

const followed = async (setting: Setting): Promise<Taken> => {
  const server = await serverOf(setting)
  const { seconds } = setting
  return withTopic(server, 1, setting.column.topic, async (topic: Topic) => {
    const write = {
      ...BATCH,
      ...topic,
      rate: TAIL_RATE,
      warmUp: TAIL_LEAD_SECONDS,
      seconds: seconds + 2 * TAIL_LEAD_SECONDS,
    }
    const read = {
      ...topic,
      connections: TAIL_CONSUMERS,
      follow: true,
      pid: server.pid(),
      warmUp: 2 * TAIL_LEAD_SECONDS,
      seconds,
    }
    const [written, report] = await Promise.all([measure('produce', write), measure('fetch', read)])
    const { records } = await verify({ ...topic })
    const taken = takenFrom(report, {
      'delivered for CPU': report.bytes / 1e6 / report.brokerCpuSeconds,
      throughput: report.megabytesPerSecond,
    })
    const client = report.clientCpuSeconds + written.clientCpuSeconds
    return {
      ...taken,
      clientCpuSeconds: client,
      ...voidFor(together(written, { errors: report.errors, acknowledged: 0 }), records),
    }
  })
}

const tail: Case = {
  rows: [
    {
      row: 14,
      id: 'fetch-tail',
      title: '16 consumers behind one producer',
      measures: [higher('delivered for CPU', 'MB/CPU-s', times(2)), throughput()],
    },
  ],
  what: 'One producer writes 2,000 batches of 16 KiB a second to one partition, 16 consumers wait at its end; delivered bytes by processor time of the broker.',
  columns: [...COLUMNS, columns.relaxed],
  load: 'tail',
  isShort: true,
  take: followed,
}

export const fetchCases: readonly Case[] = [hot(4, 1.2), hot(16, 1), small, tail]
