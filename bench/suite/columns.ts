// The brokers that stand beside each other: a process each, or a process with another setting of the topic.
import type { Family } from './result.ts'

export type ProcessName = 'millrace' | 'kafka' | 'kafka tuned' | 'null broker'

/** How a process is started, beyond ports and directories. */
export interface Shape {
  readonly family: Family
  readonly jvm: readonly string[]
  readonly settings: Readonly<Record<string, string>>
}

/** What kafka-server-start.sh gives to Java. */
const SHIPPED_JVM = [
  '-Xms1G',
  '-Xmx1G',
  '-server',
  '-XX:+UseG1GC',
  '-XX:MaxGCPauseMillis=20',
  '-XX:InitiatingHeapOccupancyPercent=35',
  '-XX:+ExplicitGCInvokesConcurrent',
  '-XX:MaxInlineLevel=15',
  '-Djava.awt.headless=true',
]

/** What is deleted frees the disk at once. */
const SOON = { 'log.segment.delete.delay.ms': '100' }

/** What tests do without, and a broker as shipped has; the console is there in both. */
const SHIPPED = { 'canary.enable': 'true', 'audit.topic.enable': 'true' }

export const shapes: Readonly<Record<ProcessName, Shape>> = {
  millrace: { family: 'millrace', jvm: [], settings: SHIPPED },
  kafka: { family: 'kafka', jvm: SHIPPED_JVM, settings: SOON },
  'kafka tuned': {
    family: 'kafka',
    jvm: ['-Xms2G', '-Xmx2G', '-server', '-XX:+UseParallelGC', '-XX:+AlwaysPreTouch', '-Djava.awt.headless=true'],
    settings: { ...SOON, 'num.network.threads': '2', 'num.io.threads': '2' },
  },
  'null broker': { family: 'null', jvm: [], settings: {} },
}

export interface Column {
  readonly name: string
  readonly process: ProcessName
  /** Settings of its topics. */
  readonly topic: Readonly<Record<string, string>>
  /** For the reader. */
  readonly settings: string
}

const column = (
  name: string,
  process: ProcessName,
  settings: string,
  topic: Readonly<Record<string, string>> = {},
): Column => ({ name, process, settings, topic })

/** A write is enough: what Apache Kafka does by default. */
const RELAXED = { 'flush.messages': '9223372036854775807' }
const DURABLE = { 'flush.messages': '1' }
const TUNED = '2 GB heap, ParallelGC, 2 network and 2 I/O threads'

export const columns = {
  millrace: column('millrace', 'millrace', 'as shipped: durable before it is acknowledged'),
  relaxed: column('millrace relaxed', 'millrace', 'topics with flush.messages=9223372036854775807', RELAXED),
  strict: column('millrace strict', 'millrace', 'topics with message.validation=strict', {
    'message.validation': 'strict',
  }),
  kafka: column('kafka', 'kafka', 'as shipped: 1 GB heap, G1; never synced'),
  tuned: column('kafka tuned', 'kafka tuned', `${TUNED}; never synced`),
  durableKafka: column('kafka durable', 'kafka', 'as shipped, topics with flush.messages=1', DURABLE),
  durableTuned: column('kafka tuned durable', 'kafka tuned', `${TUNED}; topics with flush.messages=1`, DURABLE),
  nothing: column('null broker', 'null broker', 'acknowledges what it does not keep'),
} satisfies Readonly<Record<string, Column>>
