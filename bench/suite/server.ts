// A broker process that is kept for many measurements, stopped while another is measured.
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type Broker, startBroker } from '@millrace/test/harness/broker.js'
import { javaClassPath } from '@millrace/test/harness/clients.js'
import { repository } from '@millrace/test/harness/paths.js'
import { type ProcessName, shapes } from './columns.ts'
import { keep } from './generator.ts'
import type { Family } from './result.ts'

export interface Server {
  readonly family: Family
  readonly port: number
  readonly pid: () => number
  /** Undefined for one that keeps nothing. */
  readonly dataDirectory: string | undefined
  readonly signal: (signal: NodeJS.Signals) => void
  readonly stop: () => Promise<void>
}

/** How exactly a start is timed. */
const POLL_MS = 2
/** Apache Kafka opens thousands of partitions before it answers. */
const START_MS = 300_000

const launchOptions = (name: ProcessName) => {
  const { family, jvm, settings } = shapes[name]
  const target = family === 'kafka' ? ('kafka' as const) : ('millrace' as const)
  return { target, overrides: settings, pollMs: POLL_MS, startTimeoutMs: START_MS, ...(jvm.length > 0 ? { jvm } : {}) }
}

/**
 * While another is measured it is stopped, and its own controller must not take it for dead. Of one that a case kills it must do so, and
 * soon: it refuses the next start until then.
 */
const STOPPED = { 'broker.session.timeout.ms': '86400000' }

export type BrokerServer = Server &
  Pick<Broker, 'halt' | 'kill' | 'restart' | 'logs'> & { readonly dataDirectory: string }

/** For a case that starts and ends brokers itself. */
export const startOwn = async (
  name: Exclude<ProcessName, 'null broker'>,
  { settings = {}, preload }: { readonly settings?: Readonly<Record<string, string>>; readonly preload?: string } = {},
): Promise<BrokerServer> => {
  const { overrides, ...options } = launchOptions(name)
  const own = { ...options, overrides: { ...overrides, ...settings }, ...(preload === undefined ? {} : { preload }) }
  return { ...(await startBroker(own)), family: shapes[name].family }
}

export const startServer = async (name: ProcessName): Promise<Server> => {
  if (name !== 'null broker') return startOwn(name, { settings: shapes[name].family === 'kafka' ? STOPPED : {} })
  const running = keep('null-broker')
  const port = await running.line('its address', (line) => /:(\d+)$/.exec(line)?.[1])
  return {
    family: 'null',
    port: Number(port),
    pid: () => running.pid,
    dataDirectory: undefined,
    signal: running.signal,
    stop: running.kill,
  }
}

/** Of the build, or of the jars; empty while there are none. */
export const versionOf = (family: Family): string => {
  if (family !== 'kafka') {
    const { version } = JSON.parse(readFileSync(join(repository, 'ts/broker/package.json'), 'utf8')) as {
      version: string
    }
    return version
  }
  const [, jars = ''] = javaClassPath().split(':')
  const names = readdirSync(jars.slice(0, -basename(jars).length))
  return names.map((name) => /^kafka-server-(\d.*)\.jar$/.exec(name)?.[1]).find((found) => found !== undefined) ?? ''
}

/** As a user would start it, without ports and directories. */
export const commandOf = (name: ProcessName): string => {
  const { family, jvm, settings } = shapes[name]
  if (family === 'null') return 'load null-broker'
  if (family === 'millrace') return 'millrace start'
  return ['java', ...jvm, 'kafka.Kafka', ...Object.entries(settings).map((pair) => pair.join('='))].join(' ')
}
