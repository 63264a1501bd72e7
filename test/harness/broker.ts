// One broker for one test, on its own ports and directory: Millrace as a user starts it, or Apache Kafka as the reference.
import { removeDirectory, temporaryDirectory } from './cleanup.ts'
import { eventually, GiveUp } from './eventually.ts'
import { freePorts } from './ports.ts'
import { brokersListed } from './probe.ts'
import type { Running } from './process.ts'
import type { LaunchPlan, Target } from './target.ts'
import { kafka } from './target-kafka.ts'
import { millrace } from './target-millrace.ts'

export type TargetName = 'millrace' | 'kafka'

/** The broker under test: TARGET=kafka proves that a test asks for what Kafka does. */
export const targetName: TargetName = process.env['TARGET'] === 'kafka' ? 'kafka' : 'millrace'

export interface BrokerOptions {
  readonly target?: TargetName
  /** Broker settings by Kafka's names, over the ones of the harness. */
  readonly overrides?: Readonly<Record<string, string>>
  /** Where its data lies already; `stop` leaves it there. */
  readonly dataDirectory?: string
  /** A module that the Node process loads first (Millrace only). */
  readonly preload?: string
  /** A command that runs the one behind it: in a namespace, under an injector of faults (Millrace only). */
  readonly within?: readonly string[]
  /** Flags of the JVM, over the ones for a quick start (Kafka only). */
  readonly jvm?: readonly string[]
  /** How often it is asked whether it serves: how exactly a start can be timed. */
  readonly pollMs?: number
  /** How long a start may take, over what the target allows for one with hardly anything in its directory. */
  readonly startTimeoutMs?: number
}

export interface Broker {
  readonly target: TargetName
  readonly host: string
  readonly port: number
  readonly bootstrap: string
  readonly dataDirectory: string
  readonly pid: () => number
  readonly signal: (signal: NodeJS.Signals) => void
  /** Ends it in order and keeps the data, for a look at the files or a restart. Answers the exit code; null when it had to be killed. */
  readonly halt: (timeoutMs?: number) => Promise<number | null>
  /** SIGKILL; keeps the data. */
  readonly kill: () => Promise<void>
  /** Starts it again on the same data and ports, after `halt` or `kill`. */
  readonly restart: () => Promise<void>
  /** Ends it in order and removes the data. */
  readonly stop: () => Promise<void>
  readonly logs: () => string
}

const targets: Readonly<Record<TargetName, Target>> = { millrace, kafka }

/** For quick tests on one node; the same for both targets. */
const settings: Readonly<Record<string, string>> = {
  'group.initial.rebalance.delay.ms': '0',
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
}

export const startBroker = async (options: BrokerOptions = {}): Promise<Broker> => {
  const name = options.target ?? targetName
  const target = targets[name]
  const [port = 0, controllerPort = 0] = await freePorts(2)
  const directory = temporaryDirectory(name)
  const plan: LaunchPlan = {
    port,
    controllerPort,
    directory,
    dataDirectory: options.dataDirectory ?? `${directory}/data`,
    settings: { ...settings, ...options.overrides },
    preload: options.preload,
    within: options.within ?? [],
    jvm: options.jvm,
  }

  const launch = async (): Promise<Running> => {
    const launched = await target.launch(plan)
    try {
      await ready(launched, port, options.startTimeoutMs ?? target.startTimeoutMs, options.pollMs ?? 20)
      return launched
    } catch (error) {
      await launched.kill()
      const output = logs(launched)
      throw new Error(`${name} did not start: ${String(error)}\n${output}`, { cause: error })
    }
  }

  let running = await launch().catch((error: unknown) => {
    removeDirectory(directory)
    throw error
  })
  return {
    target: name,
    host: '127.0.0.1',
    port,
    bootstrap: `127.0.0.1:${port}`,
    dataDirectory: plan.dataDirectory,
    pid: () => running.pid,
    signal: (signal) => running.signal(signal),
    halt: (timeoutMs) => running.stop(timeoutMs),
    kill: () => running.kill(),
    restart: async () => {
      running = await launch()
    },
    stop: async () => {
      await running.stop()
      removeDirectory(directory)
    },
    logs: () => logs(running),
  }
}

const logs = (running: Running): string => [...running.lines.slice(-200), running.stderr()].join('\n')

const ready = async (running: Running, port: number, timeoutMs: number, intervalMs: number): Promise<void> => {
  let ended = false
  void running.exited.then(() => (ended = true))
  await eventually(
    `the broker answers on port ${port}`,
    async () => {
      if (ended) throw new GiveUp('it ended')
      return (await brokersListed(port)) > 0 ? true : undefined
    },
    { timeoutMs, intervalMs },
  )
}
