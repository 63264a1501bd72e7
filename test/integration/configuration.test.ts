// Configuration by what it does: the keys that an operator sets first, from every place they can come from.
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { produce } from 'millrace/messages/00-produce.js'
import { listOffsets } from 'millrace/messages/02-list-offsets.js'
import { metadata } from 'millrace/messages/03-metadata.js'
import { errorCode } from 'millrace/wire/errors.js'
import { afterEach, expect, test } from 'vitest'
import { batch } from '../harness/batch.ts'
import { removeDirectory, temporaryDirectory } from '../harness/cleanup.ts'
import { eventually } from '../harness/eventually.ts'
import { program } from '../harness/paths.ts'
import { Peer } from '../harness/peer.ts'
import { freePorts } from '../harness/ports.ts'
import { type Running, start } from '../harness/process.ts'

const ANY_PORT = 'listeners=PLAINTEXT://127.0.0.1:0'
const EARLIEST = -2
const LATEST = -1

const directories: string[] = []
const brokers: Running[] = []
const peers: Peer[] = []

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close()
  for (const broker of brokers.splice(0)) await broker.stop()
  for (const path of directories.splice(0)) removeDirectory(path)
})

const directory = (): string => {
  const path = temporaryDirectory('configuration')
  directories.push(path)
  return path
}

interface Setting {
  readonly cwd?: string
  readonly file?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly flags?: readonly string[]
}

const launch = ({ cwd = directory(), file, env = {}, flags = [] }: Setting): Running => {
  const overrides = flags.flatMap((flag) => ['--override', flag])
  if (file !== undefined) writeFileSync(join(cwd, 'server.properties'), `${file.join('\n')}\n`)
  const args = [program, 'start', ...(file === undefined ? [] : ['server.properties']), ...overrides]
  const running = start({ command: process.execPath, args, cwd, env })
  brokers.push(running)
  return running
}

/** Starts a broker and connects to its first listener. */
const serve = async (setting: Setting): Promise<{ readonly running: Running; readonly peer: Peer }> => {
  const running = launch(setting)
  const said = await running.line('the broker started', (line) => (line.includes('broker started') ? line : undefined))
  const { listeners } = JSON.parse(said) as { readonly listeners: readonly string[] }
  const peer = await Peer.open(Number(/:(\d+)$/.exec(listeners[0] ?? '')?.[1]))
  peers.push(peer)
  return { running, peer }
}

/** What a broker says that does not start; never a stack trace. */
const refusal = async (setting: Setting): Promise<string> => {
  const running = launch(setting)
  expect(await running.exited).toBe(1)
  const said = [...running.lines, running.stderr()].join('\n')
  expect(said).not.toMatch(/\n\s+at |"stack"/)
  return said
}

const bound = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, host)
    const answer = (is: boolean) => (): void => {
      socket.destroy()
      resolve(is)
    }
    socket.once('connect', answer(true))
    socket.once('error', answer(false))
  })

/** Names a topic in Metadata, as a producer does, until it is there. */
const partitionsOf = async (peer: Peer, name: string): Promise<number> =>
  eventually(`${name} has leaders`, async () => {
    const { topics } = await peer.call(metadata, 4, { topics: [{ name }], allowAutoTopicCreation: true })
    const [topic] = topics
    const led = topic?.errorCode === 0 && topic.partitions.every((partition) => partition.errorCode === 0)
    return led && topic.partitions.length > 0 ? topic.partitions.length : undefined
  })

const append = async (peer: Peer, name: string, bytes: number, index = 0): Promise<number> => {
  const records = batch([{ value: Buffer.alloc(bytes, 'x') }])
  const topicData = [{ name, partitionData: [{ index, records }] }]
  const { responses } = await peer.call(produce, 9, { transactionalId: null, acks: -1, timeoutMs: 5000, topicData })
  return responses[0]!.partitionResponses[0]!.errorCode
}

const offset = async (peer: Peer, name: string, timestamp: number): Promise<number> => {
  const partitions = [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp }]
  const { topics } = await peer.call(listOffsets, 5, {
    replicaId: -1,
    isolationLevel: 0,
    topics: [{ name, partitions }],
  })
  return topics[0]!.partitions[0]!.offset
}

test('the server.properties of a Kafka distribution serves this machine, and says what it leaves out', async () => {
  const [port = 0, controllerPort = 0] = await freePorts(2)
  const cwd = directory()
  const { running, peer } = await serve({
    cwd,
    file: [
      '# one node, both roles',
      'process.roles=broker,controller',
      'node.id=1',
      `controller.quorum.bootstrap.servers=localhost:${controllerPort}`,
      `listeners=PLAINTEXT://:${port},CONTROLLER://:${controllerPort}`,
      'inter.broker.listener.name=PLAINTEXT',
      `advertised.listeners=PLAINTEXT://localhost:${port},CONTROLLER://localhost:${controllerPort}`,
      'controller.listener.names=CONTROLLER',
      'listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL',
      'num.network.threads=3',
      'num.io.threads=8',
      'socket.send.buffer.bytes=102400',
      'socket.receive.buffer.bytes=102400',
      'socket.request.max.bytes=104857600',
      `log.dirs=${cwd}/combined-logs`,
      'num.partitions=1',
      'num.recovery.threads.per.data.dir=2',
      'offsets.topic.replication.factor=1',
      'share.coordinator.state.topic.replication.factor=1',
      'share.coordinator.state.topic.min.isr=1',
      'transaction.state.log.replication.factor=1',
      'transaction.state.log.min.isr=1',
      'log.retention.hours=168',
      'log.segment.bytes=1073741824',
      'log.retention.check.interval.ms=300000',
      // Not Kafka's: a mistake, and a key for its Java virtual machine.
      'num.partition=3',
      'metric.reporters=org.example.Reporter',
    ],
  })
  const { brokers: listed } = await peer.call(metadata, 1, { topics: [] })
  expect(listed).toMatchObject([{ nodeId: 1, host: 'localhost', port }])
  expect(await bound('127.0.0.1', controllerPort)).toBe(false)
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')
  if (outside !== undefined) expect(await bound(outside.address, port)).toBe(false)
  expect(existsSync(join(cwd, 'combined-logs', 'meta.properties'))).toBe(true)

  const said = running.lines.join('\n')
  expect(said).toContain('listener PLAINTEXT names no host and is bound to 127.0.0.1 only')
  expect(said).toContain('unknown key num.partition: did you mean num.partitions?')
  expect(said).toMatch(
    /\d+ settings are accepted and without effect here: controller\.quorum\.[^"]*, metric\.reporters \(/,
  )
})

test('flag before environment before file before default', async () => {
  const { peer } = await serve({
    file: ['num.partitions=2', 'message.max.bytes=1000', 'node.id=7', 'auto.create.topics.enable=true'],
    env: { KAFKA_NUM_PARTITIONS: '3', KAFKA_MESSAGE_MAX_BYTES: '2000', CLUSTER_ID: 'MkU3OEVBNTcwNTJENDM2Qg' },
    flags: ['num.partitions=4', ANY_PORT],
  })
  expect(await partitionsOf(peer, 'sources')).toBe(4)
  expect(await append(peer, 'sources', 1500)).toBe(0)
  expect(await append(peer, 'sources', 2500)).toBe(errorCode('MESSAGE_TOO_LARGE'))
  const { clusterId, controllerId } = await peer.call(metadata, 2, { topics: [] })
  expect({ clusterId, controllerId }).toEqual({ clusterId: 'MkU3OEVBNTcwNTJENDM2Qg', controllerId: 7 })
})

test('auto.create.topics.enable=false: a topic that nobody made is unknown and stays so', async () => {
  const { peer } = await serve({ flags: [ANY_PORT], env: { KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false' } })
  for (let times = 0; times < 2; times += 1) {
    const { topics } = await peer.call(metadata, 4, { topics: [{ name: 'nobodys' }], allowAutoTopicCreation: true })
    expect(topics[0]?.errorCode).toBe(errorCode('UNKNOWN_TOPIC_OR_PARTITION'))
  }
})

test('two log.dirs share the partitions, and both are served after a kill', async () => {
  const cwd = directory()
  const setting = { cwd, flags: [ANY_PORT, 'log.dirs=one,two', 'num.partitions=4'] }
  const first = await serve(setting)
  await partitionsOf(first.peer, 'spread')
  for (const index of [0, 1, 2, 3]) expect(await append(first.peer, 'spread', 10, index)).toBe(0)
  const inOne = (name: string): number =>
    readdirSync(join(cwd, name)).filter((entry) => /^spread-\d$/.test(entry)).length
  // What is durable in the write-ahead log gets its segments later.
  await eventually('each has two', () => (inOne('one') === 2 && inOne('two') === 2 ? true : undefined))
  await first.running.kill()

  const { peer } = await serve(setting)
  expect(await partitionsOf(peer, 'spread')).toBe(4)
  expect(await offset(peer, 'spread', LATEST)).toBe(1)
})

test('segments roll at log.segment.bytes, and log.retention.bytes deletes the oldest', async () => {
  const cwd = directory()
  const { peer } = await serve({
    cwd,
    flags: [
      ANY_PORT,
      'log.segment.bytes=1048576',
      'log.retention.bytes=1048576',
      'log.retention.check.interval.ms=100',
      'log.segment.delete.delay.ms=0',
    ],
  })
  await partitionsOf(peer, 'sized')
  for (let sent = 0; sent < 5; sent += 1) expect(await append(peer, 'sized', 700_000)).toBe(0)
  const kept = await eventually('the oldest segments are deleted', async () => {
    const earliest = await offset(peer, 'sized', EARLIEST)
    return earliest >= 3 ? earliest : undefined
  })
  expect(kept).toBe(3)
  expect(await offset(peer, 'sized', LATEST)).toBe(5)
  await eventually('their files are gone', () =>
    readdirSync(join(cwd, 'data', 'sized-0')).filter((name) => name.endsWith('.log')).length === 2 ? true : undefined,
  )
})

test('log.retention.ms deletes what is older', async () => {
  const { peer } = await serve({
    flags: [ANY_PORT, 'log.retention.ms=300', 'log.retention.check.interval.ms=100'],
  })
  await partitionsOf(peer, 'aged')
  expect(await append(peer, 'aged', 10)).toBe(0)
  await eventually('the record is deleted', async () =>
    (await offset(peer, 'aged', EARLIEST)) === 1 ? true : undefined,
  )
})

test('what other machines can reach is refused unless it is asked for', async () => {
  const [port = 0] = await freePorts(1)
  const open = [`listeners=PLAINTEXT://0.0.0.0:${port}`, `advertised.listeners=PLAINTEXT://localhost:${port}`]
  const said = await refusal({ flags: open })
  expect(said).toContain(`PLAINTEXT://0.0.0.0:${port} is reachable from other machines`)
  expect(said).toContain('millrace.insecure=true (MILLRACE_INSECURE=true)')
  expect(await refusal({ flags: [ANY_PORT, 'admin.listener=0.0.0.0:0'] })).toContain('admin.listener: 0.0.0.0:0')

  const { peer } = await serve({ flags: open, env: { MILLRACE_INSECURE: 'true' } })
  expect((await peer.call(metadata, 1, { topics: [] })).brokers).toMatchObject([{ host: 'localhost', port }])
})

test('data in use, data of another node, a file in the way: said with what to do', async () => {
  const cwd = directory()
  await serve({ cwd, flags: [ANY_PORT] })
  const inUse = await refusal({ cwd, flags: [ANY_PORT] })
  expect(inUse).toContain('data is in use by another process; another broker runs on this data: stop it')
  expect(await brokers[0]?.stop()).toBe(0)
  const other = await refusal({ cwd, flags: [ANY_PORT, 'node.id=8'] })
  expect(other).toContain('node.id is 1 where 8 is expected; the data belongs to another node')
  const blocked = directory()
  writeFileSync(join(blocked, 'data'), '')
  expect(await refusal({ cwd: blocked, flags: [ANY_PORT] })).toContain('a file is in the way')
})
