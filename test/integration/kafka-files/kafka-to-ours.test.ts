// What Apache Kafka leaves, after a stop in order and after SIGKILL, is a data directory that Millrace starts on, with nothing lost.
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { produce } from 'millrace/messages/00-produce.js'
import { fetch } from 'millrace/messages/01-fetch.js'
import { offsetCommit } from 'millrace/messages/08-offset-commit.js'
import { offsetFetch } from 'millrace/messages/09-offset-fetch.js'
import { describeConfigs } from 'millrace/messages/32-describe-configs.js'
import { errorName } from 'millrace/wire/errors.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fetchFrom, newProducer, produceTo, type TopicRef, write } from '../../conformance/scenarios/requests.ts'
import { batch, type BatchFields } from '../../harness/batch.ts'
import { type Broker, startBroker } from '../../harness/broker.ts'
import { removeDirectory, temporaryDirectory } from '../../harness/cleanup.ts'
import { missingClients, script } from '../../harness/clients.ts'
import { eventually } from '../../harness/eventually.ts'
import { program } from '../../harness/paths.ts'
import type { Peer } from '../../harness/peer.ts'
import { run, start } from '../../harness/process.ts'
import { readyCoordinator } from '../../harness/ready-coordinator.ts'
import { readyTopic } from '../../harness/ready-topic.ts'
import { random } from '../../harness/seed.ts'
import { BATCHES, MINUTES, readKinds, timeOf, topicIn, type Topics, withPeer, writeKinds } from './kinds.ts'
import { type Contents, contentsOf, offsetOfTime } from './partitions.ts'

const missing = await missingClients('java', 'python')
const withBoth = test.skipIf(missing !== undefined)

const work = temporaryDirectory('kafka-to-ours')
const [stopped, killed] = [join(work, 'stopped'), join(work, 'killed')]
const GROUP = 'readers'
const COMMITTED = 123
/** A topic with a transaction that nobody ended. */
const OPEN = 'open'
let inUse = ''
const KILLED_IMPORTS = 10
let topics: Topics
let producer: BatchFields
const before: Record<string, ReadonlyMap<string, Contents>> = {}

/** A copy that keeps the holes of preallocated indexes. */
const copy = (from: string, to: string): Promise<unknown> =>
  run({ command: 'cp', args: ['-a', '--sparse=always', from, to] })

/** `millrace log import` with these arguments; answers what it printed, throws with it when it failed. */
const imported = async (...args: readonly string[]): Promise<string> => {
  const { stdout, stderr } = await run({ command: process.execPath, args: [program, 'log', 'import', ...args] })
  return stdout.toString() + stderr
}

beforeAll(async () => {
  if (missing !== undefined) return
  const overrides = { 'log.cleaner.backoff.ms': '50', 'transaction.state.log.num.partitions': '2' }
  const kafka = await startBroker({ target: 'kafka', overrides })
  try {
    ;({ topics, producer } = await writeKinds(kafka, work))
    await withPeer(kafka, async (on) => {
      const id = await readyTopic(on, 'transactions', {
        partitions: 2,
        configs: { 'retention.ms': '-1', 'segment.bytes': '2000000' },
      })
      topics = new Map([...topics, ['transactions', { name: 'transactions', id }]])
      await run(script.python('transactions.py', kafka.bootstrap, 'transactions', 'commit', 'abort', 'commit'))
      await readyTopic(on, 'empty')
      const partitions = [{ partitionIndex: 0, committedOffset: COMMITTED, committedMetadata: 'by hand' }]
      await readyCoordinator(on, GROUP)
      const position = { name: 'segments', partitions }
      const answer = await on.call(offsetCommit, 9, { groupId: GROUP, memberId: '', topics: [position] })
      expect(answer.topics[0]?.partitions[0]?.errorCode).toBe(0)
    })
    before['stopped'] = await readKinds(kafka, topics)
    await kafka.halt()
    await copy(kafka.dataDirectory, stopped)
    await kafka.restart()
    inUse = await imported('--override', `log.dirs=${join(work, 'unused')}`, kafka.dataDirectory).catch(String)
    await withPeer(kafka, async (on) => {
      await eventually('relaxed is served', () =>
        write(on, topicIn(topics, 'relaxed'), [{ key: 'k', value: 'after a restart' }]),
      )
    })
    before['killed'] = await readKinds(kafka, topics)
    await withPeer(kafka, (on) => readyTopic(on, OPEN))
    await run(script.python('transactions.py', kafka.bootstrap, OPEN, 'leave-open'))
    await kafka.kill()
    await copy(kafka.dataDirectory, killed)
  } finally {
    await kafka.stop()
  }
})
afterAll(() => removeDirectory(work))

const withBroker = async (dataDirectory: string, use: (broker: Broker) => Promise<void>): Promise<void> => {
  const broker = await startBroker({ target: 'millrace', dataDirectory })
  try {
    await use(broker)
    expect(await broker.halt()).toBe(0)
  } finally {
    await broker.stop()
  }
}

/** The offset that the group committed; undefined before it is loaded. */
const committed = async (on: Peer): Promise<number | undefined> => {
  const asked = [{ name: 'segments', partitionIndexes: [0] }]
  const { groups } = await on.call(offsetFetch, 8, {
    groups: [{ groupId: GROUP, topics: asked }],
    requireStable: false,
  })
  return groups[0]?.errorCode === 0 ? groups[0].topics[0]?.partitions[0]?.committedOffset : undefined
}

const configsOf = async (on: Peer, resourceName: string): Promise<ReadonlyMap<string, string | null>> => {
  const { results } = await on.call(describeConfigs, 4, {
    resources: [{ resourceType: 2, resourceName, configurationKeys: null }],
  })
  const set = results[0]?.configs.filter(({ configSource }) => configSource === TOPIC_CONFIG) ?? []
  return new Map(set.map(({ name, value }) => [name, value]))
}
const TOPIC_CONFIG = 1

/** Everything but the records themselves that Kafka knew of them. */
const expectTheRest = async (on: Peer): Promise<void> => {
  const segments = { topic: topicIn(topics, 'segments'), index: 0 }
  for (const [at, minute] of MINUTES.entries())
    expect(await offsetOfTime(on, segments, timeOf(minute) - 1)).toBe(BATCHES * at)

  const { responses } = await on.call(
    fetch,
    13,
    fetchFrom(topicIn(topics, 'transactions'), {}, { isolationLevel: READ_COMMITTED }),
  )
  const [read] = responses[0]?.partitions ?? []
  expect(read).toMatchObject({ errorCode: 0, highWatermark: 9, lastStableOffset: 9 })
  expect(read?.abortedTransactions).toMatchObject([{ firstOffset: 3 }])

  expect(await configsOf(on, 'transactions')).toEqual(
    new Map([
      ['retention.ms', '-1'],
      ['segment.bytes', '2000000'],
    ]),
  )
  expect(await configsOf(on, 'empty')).toEqual(new Map())
  expect(await eventually('the offset of the group', () => committed(on))).toBe(COMMITTED)

  const send = async (baseSequence: number): Promise<string> => {
    const bytes = batch([{ key: 'k', value: 'more' }], { ...producer, baseSequence })
    const { responses: answers } = await on.call(produce, 13, produceTo(topicIn(topics, 'idempotent'), bytes))
    const answer = answers[0]?.partitionResponses[0]
    return `${errorName(answer?.errorCode ?? -1)} ${answer?.baseOffset}`
  }
  expect(await send(5)).toBe('NONE 5')
  expect(await send(8)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER -1')
  expect(await send(6)).toBe('NONE 6')
  // Not one that Kafka has given away.
  expect(await newProducer(on)).toBeGreaterThan(Number(producer.producerId))
}
const READ_COMMITTED = 1

const into = (directory: string): readonly string[] => ['--override', `log.dirs=${directory}`]

withBoth('a directory that Apache Kafka uses is not imported', () => {
  expect(inUse).toContain('is in use by another process')
})

withBoth('an import brings everything into a broker that has topics of its own, once', async () => {
  const data = join(work, 'ours')
  let own: TopicRef
  await withBroker(data, async (broker) => {
    await withPeer(broker, async (on) => {
      own = { name: 'own', id: await readyTopic(on, 'own') }
      await write(on, own, [{ key: 'k', value: 'ours' }])
    })
  })
  expect(await imported(...into(data), '--link', stopped)).toMatch(/^imported 14 topics, \d+ partitions, \d+ offsets/m)
  await expect(imported(...into(data), stopped)).rejects.toThrow('there is a topic segments already')
  await withBroker(data, async (broker) => {
    expect(await readKinds(broker, topics)).toEqual(before['stopped'])
    await withPeer(broker, async (on) => {
      expect(await contentsOf(on, { topic: own, index: 0 })).toMatchObject({ records: 1 })
      await expectTheRest(on)
    })
  })
})

withBoth('an open transaction forbids an import, and nothing is left of it', async () => {
  const data = join(work, 'refused')
  await expect(imported(...into(data), killed)).rejects.toThrow(`${OPEN}-0 has an open transaction`)
  expect(readdirSync(data, { withFileTypes: true }).filter((entry) => entry.isDirectory())).toEqual([])
})

withBoth('an open transaction forbids a start on the directory', async () => {
  await expect(startBroker({ target: 'millrace', dataDirectory: killed })).rejects.toThrow(
    `${OPEN}-0 has an open transaction`,
  )
})

withBoth('topics of a killed Kafka are moved', async () => {
  const [data, source] = [join(work, 'moved'), join(work, 'source')]
  await copy(killed, source)
  const wanted = [...topics.keys()].flatMap((name) => ['--topic', name])
  await imported(...into(data), '--move', ...wanted, source)
  expect(readdirSync(source)).not.toContain('segments-0')
  expect(readdirSync(source)).toContain(`${OPEN}-0`)
  await withBroker(data, async (broker) => {
    expect(await readKinds(broker, topics)).toEqual(before['killed'])
  })
})

const whole = process.env['MILLRACE_FULL'] === '1'
const inWhole = whole ? withBoth : () => undefined

// Before a start on the directory that it copies.
inWhole('an import that is killed can be made again', { timeout: 600_000 }, async () => {
  const next = random(1)
  const source = join(work, 'again')
  await copy(killed, source)
  const wanted = [...topics.keys()].flatMap((name) => ['--topic', name])
  for (let round = 0; round < KILLED_IMPORTS; round++) {
    const data = join(work, `killed-import-${round}`)
    const command = { command: process.execPath, args: [program, 'log', 'import', ...into(data), ...wanted, source] }
    const running = start(command)
    const timer = setTimeout(() => running.signal('SIGKILL'), 200 + next() * 1500)
    await running.exited
    clearTimeout(timer)
    const outcome = await imported(...into(data), ...wanted, source).catch(String)
    // Killed behind its commit, or not at all: it was made already.
    expect(outcome).toMatch(/^imported \d+ topics|there is a topic segments already/m)
    await withBroker(data, async (broker) => {
      expect(await readKinds(broker, topics)).toEqual(before['killed'])
      await eventually('nothing is left of the import that was killed', () =>
        readdirSync(data).some((name) => name.startsWith('import-')) ? undefined : true,
      )
    })
  }
})

withBoth.each([
  ['a stop', stopped],
  ['SIGKILL', killed],
])('Millrace starts on the directory after %s', async (_, directory) => {
  rmSync(join(directory, `${OPEN}-0`), { recursive: true, force: true })
  await withBroker(directory, async (broker) => {
    expect(await readKinds(broker, topics)).toEqual(before[directory === stopped ? 'stopped' : 'killed'])
    await withPeer(broker, expectTheRest)
  })
})

inWhole('Apache Kafka goes on where Millrace was', async () => {
  const kafka = await startBroker({ target: 'kafka', dataDirectory: stopped })
  try {
    const found = new Map(await readKinds(kafka, topics))
    const idempotent = found.get('idempotent')
    // One that Millrace took.
    expect(idempotent).toMatchObject({ end: 7, records: 7 })
    found.delete('idempotent')
    const rest = new Map(before['stopped'])
    rest.delete('idempotent')
    expect(found).toEqual(rest)
  } finally {
    await kafka.stop()
  }
})
