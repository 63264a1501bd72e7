// Apache Kafka, one KRaft node from its Maven Central jars: the reference that every semantic test must pass as well.
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { install, javaClassPath } from './clients.ts'
import { cache } from './paths.ts'
import { run, start } from './process.ts'
import { javaLogging } from './recipes.ts'
import type { LaunchPlan, Target } from './target.ts'

export const kafka: Target = {
  startTimeoutMs: 90_000,
  launch: async (plan) => {
    const { directory, dataDirectory, jvm = quick } = plan
    const config = join(directory, 'kafka.properties')
    writeFileSync(config, lines(properties(plan)))
    if (!existsSync(dataDirectory)) cpSync(await formatted(), dataDirectory, { recursive: true })
    return start({
      command: 'java',
      args: [...jvm, javaLogging, '-cp', javaClassPath(), 'kafka.Kafka', config],
      cwd: directory,
    })
  },
}

// A broker that lives for one test: a quick start counts for more than peak speed.
const quick = ['-Xms256m', '-Xmx1g', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xshare:auto']

const properties = ({
  port,
  controllerPort,
  dataDirectory,
  settings,
}: LaunchPlan): Readonly<Record<string, string>> => ({
  'process.roles': 'broker,controller',
  'node.id': '1',
  // Static voters: the formatted directory names no port, so one serves as the template of all.
  'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
  listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
  'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
  'controller.listener.names': 'CONTROLLER',
  'inter.broker.listener.name': 'PLAINTEXT',
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  'log.dirs': dataDirectory,
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  ...settings,
})

const lines = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')

const CLUSTER_ID = 'TWlsbHJhY2VUZXN0MDAwMA'

/** A formatted log directory, made once: the storage tool costs a JVM start. */
const formatted = async (): Promise<string> => {
  await install('java')
  const template = join(cache, 'kafka-formatted')
  if (existsSync(template)) return template
  const work = `${template}.${process.pid}`
  mkdirSync(work, { recursive: true })
  const config = join(work, 'kafka.properties')
  const plan = {
    port: 9092,
    controllerPort: 9093,
    directory: work,
    settings: {},
    preload: undefined,
    within: [],
    jvm: undefined,
  }
  writeFileSync(config, lines(properties({ ...plan, dataDirectory: join(work, 'data') })))
  await run({
    command: 'java',
    args: ['-cp', javaClassPath(), 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', config],
  })
  try {
    renameSync(join(work, 'data'), template)
  } catch {
    // Another test file was quicker; its template is as good.
  }
  rmSync(work, { recursive: true, force: true })
  return template
}
