// Apache Kafka's own command line tools against the broker, called as their shell scripts call them; at the end DumpLogSegments reads
// the files that the broker left.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fileBroker } from '../harness/file-broker.ts'
import { removeDirectory, temporaryDirectory } from '../harness/cleanup.ts'
import { missingClients, script } from '../harness/clients.ts'
import { dumpComplaint, type JavaTools, startJavaTools, type Tool } from '../harness/java-tools.ts'
import { run } from '../harness/process.ts'

const missing = await missingClients('java')
const withJava = test.skipIf(missing !== undefined)

const broker = fileBroker({ overrides: { 'auto.create.topics.enable': 'false' } })
const directory = temporaryDirectory('tools')
let tools: JavaTools
beforeAll(() => {
  if (missing === undefined) tools = startJavaTools()
})
afterAll(async () => {
  await tools?.stop()
  removeDirectory(directory)
})

/** Runs a tool that must succeed, and answers what it printed. */
const call = async (tool: Tool, args: readonly string[], input = ''): Promise<string> => {
  const { code, stdout, stderr } = await tools.run(tool, args, input)
  expect(code, `${tool} ${args.join(' ')}\n${stdout}\n${stderr}`).toBe(0)
  return stdout
}

const server = (): readonly string[] => ['--bootstrap-server', broker().bootstrap]

const createTopic = (name: string, partitions: number, ...more: readonly string[]): Promise<string> =>
  call('topics', [...server(), '--create', '--topic', name, '--partitions', String(partitions), ...more])

withJava('TopicCommand creates, lists, describes, alters and deletes', async () => {
  expect(await createTopic('plain', 3, '--replication-factor', '1', '--config', 'retention.ms=3600000')).toContain(
    'Created topic plain.',
  )
  await createTopic('going', 1)
  expect(lines(await call('topics', [...server(), '--list']))).toEqual(expect.arrayContaining(['going', 'plain']))

  const described = await call('topics', [...server(), '--describe', '--topic', 'plain'])
  expect(described).toMatch(
    /Topic: plain\tTopicId: \S{22}\tPartitionCount: 3\tReplicationFactor: 1\tConfigs: \S*retention.ms=3600000/,
  )
  expect(described.match(/Partition: \d+\tLeader: (\d+)\tReplicas: \1\tIsr: \1/g)).toHaveLength(3)

  await call('topics', [...server(), '--alter', '--topic', 'plain', '--partitions', '5'])
  expect(await call('topics', [...server(), '--describe', '--topic', 'plain'])).toContain('PartitionCount: 5')

  const again = await tools.run('topics', [...server(), '--create', '--topic', 'plain'])
  expect(again.code).toBe(1)
  expect(again.stdout).toContain("Topic 'plain' already exists.")
  const fewer = await tools.run('topics', [...server(), '--alter', '--topic', 'plain', '--partitions', '2'])
  expect(fewer.code).toBe(1)
  expect(fewer.stdout).toContain('The topic plain currently has 5 partition(s); 2 would not be an increase.')

  await call('topics', [...server(), '--delete', '--topic', 'going'])
  expect(lines(await call('topics', [...server(), '--list']))).not.toContain('going')
})

withJava('ConfigCommand shows and alters the configuration of topics and of the broker', async () => {
  await createTopic('configured', 1)
  const topic = ['--entity-type', 'topics', '--entity-name', 'configured']
  const alter = (...change: readonly string[]): Promise<string> =>
    call('configs', [...server(), '--alter', ...topic, ...change])
  await alter('--add-config', 'max.message.bytes=64000,cleanup.policy=[compact,delete]')
  const described = await call('configs', [...server(), '--describe', ...topic])
  expect(described).toContain('Dynamic configs for topic configured are:')
  expect(described).toMatch(
    /max\.message\.bytes=64000 sensitive=false synonyms=\{DYNAMIC_TOPIC_CONFIG:max\.message\.bytes=64000/,
  )
  expect(described).toContain('cleanup.policy=compact,delete')
  await alter('--delete-config', 'cleanup.policy')
  expect(await call('configs', [...server(), '--describe', ...topic])).not.toContain('cleanup.policy=compact')
  const all = await call('configs', [...server(), '--describe', '--all', ...topic])
  expect(all).toMatch(/segment\.bytes=1073741824 sensitive=false synonyms=\{/)

  const refused = await tools.run('configs', [...server(), '--alter', ...topic, '--add-config', 'retention.ms=soon'])
  expect(refused.code).toBe(1)
  expect(refused.stdout + refused.stderr).toContain('InvalidConfigurationException')

  const one = ['--entity-type', 'brokers', '--entity-name', '1']
  const everything = await call('configs', [...server(), '--describe', '--all', ...one])
  expect(everything).toMatch(/ {2}ssl\.key\.password=null sensitive=true synonyms=\{\}/)
  expect(
    lines(everything).filter((line) => / sensitive=(true|false) synonyms=/.test(line)).length,
  ).toBeGreaterThanOrEqual(340)
  await call('configs', [...server(), '--alter', ...one, '--add-config', 'num.io.threads=10'])
  expect(await call('configs', [...server(), '--describe', ...one])).toMatch(
    /num\.io\.threads=10 sensitive=false synonyms=\{DYNAMIC_BROKER_CONFIG:num\.io\.threads=10, DEFAULT_CONFIG:num\.io\.threads=8\}/,
  )
  await call('configs', [...server(), '--alter', ...one, '--delete-config', 'num.io.threads'])

  const brokers = ['--entity-type', 'brokers', '--entity-default']
  await call('configs', [...server(), '--alter', ...brokers, '--add-config', 'log.retention.ms=7200000'])
  expect(await call('configs', [...server(), '--describe', ...brokers])).toContain('log.retention.ms=7200000')
  await call('configs', [...server(), '--alter', ...brokers, '--delete-config', 'log.retention.ms'])
})

withJava('ConfigCommand knows groups, subscriptions to metrics and loggers', async () => {
  for (const [type, name, config] of [
    ['groups', 'configured', 'share.auto.offset.reset=earliest'],
    ['client-metrics', 'subscription', 'interval.ms=1000'],
  ] as const) {
    const entity = ['--entity-type', type, '--entity-name', name]
    await call('configs', [...server(), '--alter', ...entity, '--add-config', config])
    expect(await call('configs', [...server(), '--describe', ...entity])).toContain(`  ${config} sensitive=false`)
    expect(await call('configs', [...server(), '--describe', '--entity-type', type])).toContain(name)
  }
  const loggers = ['--entity-type', 'broker-loggers', '--entity-name', '1']
  await call('configs', [...server(), '--alter', ...loggers, '--add-config', 'root=ERROR'])
  expect(await call('configs', [...server(), '--describe', ...loggers])).toMatch(/ {2}root=ERROR sensitive=false/)
  await call('configs', [...server(), '--alter', ...loggers, '--add-config', 'root=INFO'])
})

withJava('the console producer and consumer carry keys, values and headers', async () => {
  await createTopic('console', 1)
  const parse = ['parse.key=true', 'key.separator==', 'parse.headers=true', 'headers.delimiter=|'].flatMap(
    (property) => ['--reader-property', property],
  )
  await call('consoleProducer', [...server(), '--topic', 'console', ...parse], 'a:1,b:2|k1=v1\nc:3|k2=v2\n')
  const print = ['print.key=true', 'print.headers=true', 'print.offset=true', 'print.partition=true'].flatMap(
    (property) => ['--formatter-property', property],
  )
  const read = ['--from-beginning', '--max-messages', '2', '--timeout-ms', '20000', '--group', 'console-readers']
  const printed = await call('consoleConsumer', [...server(), '--topic', 'console', ...read, ...print])
  expect(lines(printed)).toEqual(['Partition:0\tOffset:0\ta:1,b:2\tk1\tv1', 'Partition:0\tOffset:1\tc:3\tk2\tv2'])
})

withJava('GetOffsetShell and DeleteRecordsCommand move along the offsets', async () => {
  await createTopic('offsets', 2)
  const twenty = Array.from({ length: 20 }, (_, at) => `record ${at}\n`).join('')
  await call('consoleProducer', [...server(), '--topic', 'offsets'], twenty)
  const offsets = async (time: string): Promise<number> => {
    const printed = await call('getOffsets', [...server(), '--topic', 'offsets', '--time', time])
    return lines(printed).reduce((sum, line) => sum + Number(/^offsets:\d:(\d*)$/.exec(line)?.[1]), 0)
  }
  expect(await offsets('latest')).toBe(20)
  expect(await offsets('earliest')).toBe(0)
  expect(await offsets('max-timestamp')).toBeLessThan(20)
  const ends = lines(await call('getOffsets', [...server(), '--topic', 'offsets']))
  const full = ends.find((line) => !line.endsWith(':0')) ?? ''
  const [, partition = '', end = ''] = full.split(':')
  const file = join(directory, 'delete.json')
  const before = Number(end) - 1
  writeFileSync(
    file,
    JSON.stringify({ version: 1, partitions: [{ topic: 'offsets', partition: Number(partition), offset: before }] }),
  )
  const deleted = await call('deleteRecords', [...server(), '--offset-json-file', file])
  expect(deleted).toContain(`partition: offsets-${partition}\tlow_watermark: ${before}`)
  expect(await offsets('earliest')).toBe(before)
})

withJava('ConsumerGroupCommand lists, describes, resets and deletes groups', async () => {
  const group = ['--group', 'console-readers']
  expect(lines(await call('groups', [...server(), '--list']))).toContain('console-readers')
  const described = async (): Promise<string> => call('groups', [...server(), '--describe', ...group])
  expect(await described()).toMatch(/console-readers +console +0 +2 +2 +0 +- +- +-/)
  expect(await call('groups', [...server(), '--describe', '--state', ...group])).toMatch(/console-readers.* Empty +0/)
  const reset = ['--reset-offsets', '--topic', 'console', '--to-offset', '1', '--execute']
  expect(await call('groups', [...server(), ...group, ...reset])).toMatch(/console-readers +console +0 +1/)
  expect(await described()).toMatch(/console-readers +console +0 +1 +2 +1/)
  await call('groups', [...server(), ...group, '--reset-offsets', '--all-topics', '--to-earliest', '--execute'])
  expect(await described()).toMatch(/console-readers +console +0 +0 +2 +2/)
  const deleteOffsets = await call('groups', [...server(), ...group, '--delete-offsets', '--topic', 'console'])
  expect(deleteOffsets).toMatch(/console +0 +Successful/)
  expect(await call('groups', [...server(), '--delete', ...group])).toContain('Deletion of requested consumer groups')
  expect(lines(await call('groups', [...server(), '--list']))).not.toContain('console-readers')
})

withJava('LogDirsCommand shows the directories with the size of each partition', async () => {
  const printed = await call('logDirs', [...server(), '--describe', '--topic-list', 'offsets'])
  const json: unknown = JSON.parse(lines(printed).find((line) => line.startsWith('{')) ?? 'null')
  expect(json).toMatchObject({
    version: 1,
    brokers: [
      {
        logDirs: [
          {
            error: null,
            logDir: broker().dataDirectory,
            partitions: expect.arrayContaining([
              { partition: 'offsets-0', size: expect.any(Number), offsetLag: 0, isFuture: false },
            ]),
          },
        ],
      },
    ],
  })
})

withJava('ProducerPerformance and ConsumerPerformance', async () => {
  await createTopic('perf', 4)
  const count = ['--num-records', '20000']
  const producer = ['--record-size', '100', '--throughput', '-1', '--command-property', 'linger.ms=5', 'acks=all']
  const produced = await call('producerPerformance', [...server(), '--topic', 'perf', ...count, ...producer])
  expect(produced).toMatch(/20000 records sent, .* 99\.9th/)
  const consumed = await call('consumerPerformance', [...server(), '--topic', 'perf', ...count, '--timeout', '20000'])
  expect(consumed).toMatch(/, 20000, /)
})

withJava('VerifiableProducer and VerifiableConsumer', async () => {
  await createTopic('verifiable', 1)
  // It flushes when its JVM ends, so it needs one of its own.
  const produce = ['--topic', 'verifiable', '--max-messages', '500', '--acks', '-1']
  const { stdout } = await run(script.java('org.apache.kafka.tools.VerifiableProducer', ...server(), ...produce))
  const events = lines(stdout.toString()).map((line) => JSON.parse(line) as { readonly name: string })
  expect(events.filter(({ name }) => name === 'producer_send_success')).toHaveLength(500)
  expect(events.at(-1)).toMatchObject({ name: 'tool_data', sent: 500, acked: 500 })
  const read = ['--group-id', 'verifiers', '--max-messages', '500', '--reset-policy', 'earliest', '--verbose']
  const consumed = await call('verifiableConsumer', [...server(), '--topic', 'verifiable', ...read])
  const values = lines(consumed)
    .map((line) => JSON.parse(line) as { readonly name: string; readonly value?: string })
    .filter(({ name }) => name === 'record_data')
    .map(({ value }) => Number(value))
  expect(values).toEqual(Array.from({ length: 500 }, (_, at) => at))
})

/** Topics by what they store, whatever is sent. */
const stored = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

withJava('what a topic stores compressed is read by the consumer of Java', async () => {
  const sent = Array.from({ length: 50 }, (_, at) => `line ${at} of many that are much the same`)
  for (const [index, codec] of stored.entries()) {
    const topic = ['--topic', `stored-${codec}`]
    const type = codec === 'none' ? 'uncompressed' : codec
    await createTopic(`stored-${codec}`, 1, '--config', `compression.type=${type}`)
    const other = stored[(index + 1) % stored.length] ?? codec
    await call('consoleProducer', [...server(), ...topic, '--compression-codec', other], sent.join('\n'))
    const read = ['--from-beginning', '--max-messages', String(sent.length), '--timeout-ms', '20000']
    expect(lines(await call('consoleConsumer', [...server(), ...topic, ...read]))).toEqual(sent)
  }
})

withJava('DumpLogSegments reads the files of a stopped broker without a complaint', async () => {
  await broker().halt()
  const copy = join(directory, 'data')
  cpSync(broker().dataDirectory, copy, { recursive: true })
  const of = (prefix: string): readonly string[] =>
    readdirSync(copy)
      .filter((name) => name.startsWith(prefix))
      .map((name) => join(copy, name))
      .filter((path) => readdirSync(path).includes(`${'0'.repeat(20)}.log`))
  const files = (path: string, extension: string): string =>
    readdirSync(path)
      .filter((name) => name.endsWith(extension))
      .map((name) => join(path, name))
      .join(',')
  const paths = ['perf-', 'verifiable-', 'offsets-', 'console-', 'stored-'].flatMap(of)
  // Of the two partitions of `offsets` the console producer may have used one only.
  expect(paths.length).toBeGreaterThanOrEqual(4 + 1 + 1 + 1 + stored.length)
  for (const path of paths) {
    const dumped = await call('dumpLogSegments', [
      '--files',
      files(path, '.log'),
      '--deep-iteration',
      '--print-data-log',
    ])
    expect(dumped).not.toMatch(dumpComplaint)
    if (readFileSync(files(path, '.log')).length > 0) expect(dumped).toContain('isvalid: true')
    expect(dumped).not.toContain('isvalid: false')
    const codec = stored.find((name) => path.endsWith(`stored-${name}-0`))
    if (codec !== undefined) expect(new Set(dumped.match(/(?<=compresscodec: )\w+/g))).toEqual(new Set([codec]))
    for (const extension of ['.index', '.timeindex', '.snapshot']) {
      const found = files(path, extension)
      if (found === '') continue
      const check = extension === '.index' ? ['--index-sanity-check'] : []
      const printed = await call('dumpLogSegments', ['--files', found, ...check])
      expect(printed).not.toMatch(dumpComplaint)
      if (check.length > 0) expect(printed).toMatch(/passed sanity check|is empty/)
    }
  }
  const offsets = of('__consumer_offsets-')
  expect(offsets.length).toBeGreaterThan(0)
  const decoded = await call('dumpLogSegments', [
    '--files',
    offsets.map((path) => files(path, '.log')).join(','),
    '--offsets-decoder',
    '--deep-iteration',
  ])
  expect(decoded).not.toMatch(dumpComplaint)
  expect(decoded).toContain('"group":"verifiers"')
  expect(decoded).toContain('"group":"console-readers"')
})

const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '')
