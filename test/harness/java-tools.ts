// Apache Kafka's command line tools, run in one JVM that is kept: see test/clients/java/Tools.java for the line protocol.
import { script } from './clients.ts'
import { type Running, start } from './process.ts'

export interface ToolResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface JavaTools {
  /** Calls a tool by its class, as its shell script would. */
  readonly run: (tool: Tool, args: readonly string[], input?: string) => Promise<ToolResult>
  readonly stop: () => Promise<void>
}

const classes = {
  topics: 'org.apache.kafka.tools.TopicCommand',
  configs: 'kafka.admin.ConfigCommand',
  groups: 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
  getOffsets: 'org.apache.kafka.tools.GetOffsetShell',
  deleteRecords: 'org.apache.kafka.tools.DeleteRecordsCommand',
  logDirs: 'org.apache.kafka.tools.LogDirsCommand',
  producerPerformance: 'org.apache.kafka.tools.ProducerPerformance',
  consumerPerformance: 'org.apache.kafka.tools.ConsumerPerformance',
  verifiableConsumer: 'org.apache.kafka.tools.VerifiableConsumer',
  consoleProducer: 'org.apache.kafka.tools.ConsoleProducer',
  consoleConsumer: 'org.apache.kafka.tools.consumer.ConsoleConsumer',
  dumpLogSegments: 'org.apache.kafka.tools.DumpLogSegments',
} as const

export type Tool = keyof typeof classes

/**
 * What DumpLogSegments says of a file that is not as it should be. Before the first record of a file it takes -1 for the offset, and
 * reports that as a gap.
 */
export const dumpComplaint =
  /Mismatches|Found timestamp mismatch|(?<!-1) is followed by|out of order|corrupt|Exception|Index offset|isvalid: false|trailing|failed/i

const CALL_TIMEOUT_MS = 120_000

export const startJavaTools = (): JavaTools => {
  const jvm: Running = start(script.javaTools())
  let answered = 0
  let turn: Promise<unknown> = Promise.resolve()
  const call = async (tool: Tool, args: readonly string[], input: string): Promise<ToolResult> => {
    jvm.write(`${[input, classes[tool], ...args].map(encode).join('\t')}\n`)
    const wanted = answered
    const answer = await jvm.line(`an answer of ${tool}`, () => jvm.lines[wanted], CALL_TIMEOUT_MS)
    answered += 1
    const [code = '', stdout = '', stderr = ''] = answer.split('\t')
    return { code: Number(code), stdout: decode(stdout), stderr: decode(stderr) }
  }
  return {
    run: (tool, args, input = '') => {
      const result = turn.then(() => call(tool, args, input))
      turn = result.catch(() => undefined)
      return result
    },
    stop: () => jvm.kill(),
  }
}

const encode = (text: string): string => Buffer.from(text).toString('base64')
const decode = (text: string): string => Buffer.from(text, 'base64').toString()
