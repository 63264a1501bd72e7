// Clients that are not ours at full speed: what they are told, and what they say of themselves.
import { javaClassPath, script } from '@millrace/test/harness/clients.js'
import { javaLogging } from '@millrace/test/harness/recipes.js'
import { type Command, run } from '@millrace/test/harness/process.js'
import type { Topic } from './topics.ts'

/** What a client counted. */
export interface Told {
  /** Everything that was acknowledged or read, what came before the measured time too. */
  readonly acknowledged: number
  readonly recordsPerSecond: number
}

/** A producer's share of the work. */
export interface Writing extends Topic {
  readonly seconds: number
  /** Payloads, one a line. */
  readonly payloads: string
}

/** A consumer's: that many records, from the beginning. */
export interface Reading extends Topic {
  readonly records: number
}

export type Client<Work> = (work: Work) => Promise<Told>

const TIMEOUT_MS = 300_000

const answerOf = async (command: Command): Promise<string> => {
  const { stdout } = await run(command, { timeoutMs: TIMEOUT_MS })
  return stdout.toString()
}

/** Apache Kafka's tools as its scripts start them: compiled by both compilers, which the tests' quick JVM is not. */
const javaTool = (name: string, ...args: readonly string[]): Promise<string> => {
  const jvm = ['-Xmx512m', '-server', '-XX:+UseG1GC', javaLogging, '-cp', javaClassPath()]
  return answerOf({ command: 'java', args: [...jvm, `org.apache.kafka.tools.${name}`, ...args] })
}

/** What goes through in a second, roughly: the tools are told how many records, not how long. */
const TOOL_RECORDS_PER_SECOND = 200_000

export const producerPerformance: Client<Writing> = async ({ bootstrap, topic, seconds, payloads }) => {
  const acknowledged = Math.ceil(seconds * TOOL_RECORDS_PER_SECOND)
  const count = ['--num-records', String(acknowledged), '--warmup-records', String(Math.floor(acknowledged / 4))]
  const server = ['--bootstrap-server', bootstrap, '--topic', topic, '--payload-file', payloads]
  const settings = ['--command-property', 'linger.ms=5', 'acks=1', 'batch.size=16384']
  const said = await javaTool('ProducerPerformance', ...server, ...count, '--throughput', '-1', ...settings)
  return { acknowledged, recordsPerSecond: lastRate(said) }
}

/** Of the last summary, which is that behind the warm-up. */
export const lastRate = (said: string): number => {
  const rates = [...said.matchAll(/ ([\d.]+) records\/sec .* 99\.9th/g)].map(([, rate]) => Number(rate))
  return rates.at(-1) ?? Number.NaN
}

export const consumerPerformance: Client<Reading> = async ({ bootstrap, topic, records }) => {
  const server = ['--bootstrap-server', bootstrap, '--topic', topic]
  const said = await javaTool('ConsumerPerformance', ...server, '--num-records', String(records))
  return consumed(said)
}

/** The line under the names of its columns. */
export const consumed = (said: string): Told => {
  const lines = said.trim().split('\n')
  const cells = (line: string): readonly string[] => line.split(',').map((cell) => cell.trim())
  const names = cells(lines.find((line) => line.startsWith('start.time')) ?? '')
  const values = cells(lines.at(-1) ?? '')
  const value = (name: string): number => Number(values[names.indexOf(name)])
  return { acknowledged: value('data.consumed.in.nMsg'), recordsPerSecond: value('fetch.nMsg.sec') }
}

/** What our scripts in `test/clients` print. */
interface Printed {
  readonly acknowledged: number
  readonly records: number
  readonly seconds: number
}

const printed = async (command: Command): Promise<Told> => {
  const { acknowledged, records, seconds } = JSON.parse(await answerOf(command)) as Printed
  return { acknowledged, recordsPerSecond: records / seconds }
}

export const librdkafkaProducer: Client<Writing> = ({ bootstrap, topic, seconds, payloads }) =>
  printed(script.python('load.py', 'produce', bootstrap, topic, String(seconds), payloads))

export const librdkafkaConsumer: Client<Reading> = ({ bootstrap, topic, records }) =>
  printed(script.python('load.py', 'consume', bootstrap, topic, String(records)))

const WORKERS = 2

/** In workers of piscina. */
export const javascriptProducers =
  (library: 'kafkajs' | 'platformatic'): Client<Writing> =>
  ({ bootstrap, topic, seconds, payloads }) =>
    printed(script.node('load.mjs', library, bootstrap, topic, String(WORKERS), String(seconds), payloads))
