// Every key of topics that is obeyed, by what it does: set in the file, on the topic, and for all brokers while they run.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { produce } from 'millrace/messages/00-produce.js'
import { listOffsets } from 'millrace/messages/02-list-offsets.js'
import { describeConfigs } from 'millrace/messages/32-describe-configs.js'
import { incrementalAlterConfigs } from 'millrace/messages/44-incremental-alter-configs.js'
import { errorCode } from 'millrace/wire/errors.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readyTopic } from '../harness/ready-topic.ts'
import { batch, type BatchFields } from '../harness/batch.ts'
import { type Broker, startBroker, targetName } from '../harness/broker.ts'
import { eventually } from '../harness/eventually.ts'
import { Peer } from '../harness/peer.ts'

const EARLIEST = -2
const MINUTE_MS = 60_000
const [TOPIC, BROKER] = [2, 4]
const [SET, DELETE] = [0, 1]

/** Quick housekeeping; the second key is what Kafka needs for it. */
const always = {
  'log.retention.check.interval.ms': '100',
  'log.cleaner.backoff.ms': '100',
  'log.initial.task.delay.ms': '0',
}

interface Place {
  readonly broker: Broker
  readonly on: Peer
  readonly topic: string
}

const append = async ({ on, topic }: Place, bytes: number, fields: BatchFields = {}) => {
  const records = batch([{ value: Buffer.alloc(bytes, 'x') }], fields)
  const topicData = [{ name: topic, partitionData: [{ index: 0, records }] }]
  const { responses } = await on.call(produce, 9, { transactionalId: null, acks: -1, timeoutMs: 5000, topicData })
  return responses[0]!.partitionResponses[0]!
}

/** The same key in a segment for each of some times. */
const putAgain = async (place: Place, ...minutesAgo: readonly number[]): Promise<void> => {
  for (const minutes of minutesAgo) {
    const records = batch([{ key: 'key', value: 'value' }], ago(minutes * MINUTE_MS))
    const topicData = [{ name: place.topic, partitionData: [{ index: 0, records }] }]
    await place.on.call(produce, 9, { transactionalId: null, acks: -1, timeoutMs: 5000, topicData })
  }
}

/** The same key in two segments, and a third behind them: the first two become one. */
const isCompacted = async (place: Place): Promise<void> => {
  await putAgain(place, 6, 4, 2)
  await segmentsAre(place, 2)
}

const codeOf = async (place: Place, bytes: number, fields: BatchFields = {}): Promise<number> =>
  (await append(place, bytes, fields)).errorCode

const appendAll = async (place: Place, sizes: readonly number[]): Promise<void> => {
  for (const bytes of sizes) expect(await codeOf(place, bytes)).toBe(0)
}

/** Segments in the partition's folder, which is not there before its first. */
const segments = ({ broker, topic }: Place): number => {
  const folder = join(broker.dataDirectory, `${topic}-0`)
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.log')).length : 0
}

/** What is durable in the write-ahead log gets its segments later. */
const segmentsAre = (place: Place, count: number): Promise<true> =>
  eventually(`${count} segments`, () => (segments(place) === count ? true : undefined))

const start = async ({ on, topic }: Place): Promise<number> => {
  const partitions = [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp: EARLIEST }]
  const request = { replicaId: -1, isolationLevel: 0, topics: [{ name: topic, partitions }] }
  return (await on.call(listOffsets, 5, request)).topics[0]!.partitions[0]!.offset
}

const startIs = (place: Place, offset: number): Promise<true> =>
  eventually(`the log starts at ${offset}`, async () => ((await start(place)) === offset ? true : undefined))

const ago = (ms: number): BatchFields => ({ baseTimestamp: Date.now() - ms })

interface Effect {
  /** By the names of topics. */
  readonly configs: Readonly<Record<string, string>>
  readonly show: (place: Place) => Promise<void>
  readonly only?: 'millrace'
  /** It counts for segments that begin after it. */
  readonly fromNextSegment?: true
}

/** The names of brokers where they are not those of topics with `log.` in front. */
const brokerNames: Readonly<Record<string, string>> = {
  'file.delete.delay.ms': 'log.segment.delete.delay.ms',
  'flush.messages': 'log.flush.interval.messages',
  'max.compaction.lag.ms': 'log.cleaner.max.compaction.lag.ms',
  'max.message.bytes': 'message.max.bytes',
  'min.compaction.lag.ms': 'log.cleaner.min.compaction.lag.ms',
  'min.cleanable.dirty.ratio': 'log.cleaner.min.cleanable.ratio',
  'message.validation': 'message.validation',
  'segment.index.bytes': 'log.index.size.max.bytes',
  'segment.ms': 'log.roll.ms',
}
const brokerName = (name: string): string => brokerNames[name] ?? `log.${name}`

const effects: readonly Effect[] = [
  {
    configs: { 'segment.bytes': '1048576' },
    show: async (place) => {
      await appendAll(place, [700_000, 700_000])
      await segmentsAre(place, 2)
    },
  },
  {
    configs: { 'segment.ms': '60000' },
    show: async (place) => {
      expect(await codeOf(place, 10, ago(2 * MINUTE_MS))).toBe(0)
      await appendAll(place, [10])
      await segmentsAre(place, 2)
    },
  },
  {
    configs: { 'segment.index.bytes': '24', 'index.interval.bytes': '0' },
    show: async (place) => {
      await appendAll(place, [10, 10, 10, 10, 10, 10])
      await eventually('a second segment', () => (segments(place) > 1 ? true : undefined))
    },
    fromNextSegment: true,
  },
  {
    configs: { 'retention.ms': '60000' },
    show: async (place) => {
      expect(await codeOf(place, 10, ago(2 * MINUTE_MS))).toBe(0)
      await startIs(place, 1)
    },
  },
  {
    configs: { 'retention.bytes': '1', 'segment.bytes': '1048576', 'file.delete.delay.ms': '0' },
    show: async (place) => {
      await appendAll(place, [700_000, 700_000, 10])
      await eventually('the oldest segment is gone, and its file', async () =>
        (await start(place)) > 0 && segments(place) === 1 ? true : undefined,
      )
    },
  },
  {
    configs: { 'flush.messages': '1000' },
    show: async (place) => {
      await appendAll(place, [10])
      // An answer follows the write into the segment, and not a sync of the write-ahead log.
      expect(segments(place)).toBe(1)
    },
  },
  {
    configs: { 'max.message.bytes': '1000' },
    show: async (place) => {
      expect(await codeOf(place, 2000)).toBe(errorCode('MESSAGE_TOO_LARGE'))
      await appendAll(place, [500])
    },
  },
  {
    configs: { 'message.timestamp.type': 'LogAppendTime' },
    show: async (place) => {
      const { logAppendTimeMs } = await append(place, 10, ago(MINUTE_MS))
      expect(Math.abs(Date.now() - logAppendTimeMs)).toBeLessThan(MINUTE_MS / 2)
    },
  },
  {
    configs: { 'message.timestamp.before.max.ms': '60000' },
    show: async (place) => {
      expect(await codeOf(place, 10, ago(2 * MINUTE_MS))).toBe(errorCode('INVALID_TIMESTAMP'))
      await appendAll(place, [10])
    },
  },
  {
    configs: { 'message.timestamp.after.max.ms': '60000' },
    show: async (place) => {
      expect(await codeOf(place, 10, ago(-2 * MINUTE_MS))).toBe(errorCode('INVALID_TIMESTAMP'))
      await appendAll(place, [10])
    },
  },
  {
    configs: { 'message.validation': 'strict' },
    show: async (place) => {
      // The header is right in itself and says more than there is.
      expect(await codeOf(place, 10, { recordsCount: 2, lastOffsetDelta: 1 })).toBe(errorCode('INVALID_RECORD'))
    },
    only: 'millrace',
  },
  {
    configs: { 'cleanup.policy': 'compact', 'segment.ms': '60000', 'min.cleanable.dirty.ratio': '0.01' },
    show: isCompacted,
  },
  {
    configs: {
      'cleanup.policy': 'compact',
      'segment.ms': '60000',
      'min.cleanable.dirty.ratio': '1.0',
      'max.compaction.lag.ms': '60000',
    },
    show: isCompacted,
  },
  {
    configs: {
      'cleanup.policy': 'compact',
      'segment.ms': '60000',
      'min.cleanable.dirty.ratio': '0.01',
      'min.compaction.lag.ms': '600000',
    },
    show: async (place) => {
      await putAgain(place, 18, 16, 14, 4, 2)
      await segmentsAre(place, 3)
      const other = { ...place, topic: `${place.topic}-at-once` }
      const atOnce = { 'cleanup.policy': 'compact', 'segment.ms': '60000', 'min.cleanable.dirty.ratio': '0.01' }
      await readyTopic(place.on, other.topic, { configs: { ...atOnce, 'min.compaction.lag.ms': '0' } })
      await isCompacted(other)
      expect(segments(place)).toBe(3)
    },
  },
  {
    configs: { 'cleanup.policy': '', 'retention.ms': '60000' },
    show: async (place) => {
      const other = { ...place, topic: `${place.topic}-deleted` }
      await readyTopic(place.on, other.topic, { configs: { 'cleanup.policy': 'delete', 'retention.ms': '60000' } })
      for (const each of [place, other]) expect(await codeOf(each, 10, ago(2 * MINUTE_MS))).toBe(0)
      await startIs(other, 1)
      expect(await start(place)).toBe(0)
    },
  },
]

const obeyed = effects.filter(({ only }) => only === undefined || only === targetName)
const named = obeyed.map((effect) => [Object.keys(effect.configs).join(', '), effect] as const)

let shared: Broker
let on: Peer
beforeAll(async () => {
  shared = await startBroker({ overrides: always })
  on = await Peer.open(shared.port)
})
afterAll(async () => {
  on.close()
  await shared.stop()
})

test.each(named)('on a topic: %s', async (name, { configs, show }) => {
  const topic = `own-${name.replaceAll(/[^a-z]+/g, '-')}`
  await readyTopic(on, topic, { configs })
  await show({ broker: shared, on, topic })
})

const alterAll = async (operation: number | undefined, configs: Readonly<Record<string, string>>): Promise<void> => {
  const changes = Object.entries(configs).map(([name, value]) => ({
    name: brokerName(name),
    configOperation: operation ?? -1,
    value: operation === DELETE ? null : value,
  }))
  const resources = [{ resourceType: BROKER ?? -1, resourceName: '', configs: changes }]
  const { responses } = await on.call(incrementalAlterConfigs, 1, { resources, validateOnly: false })
  expect(responses.map((response) => response.errorCode)).toEqual([0])
}

test.each(named)('for all brokers while they run: %s', async (name, { configs, show, fromNextSegment }) => {
  const topic = `inherited-${name.replaceAll(/[^a-z]+/g, '-')}`
  if (fromNextSegment === undefined) await readyTopic(on, topic)
  await alterAll(SET, configs)
  if (fromNextSegment === true) await readyTopic(on, topic)
  await eventually('the topic takes it over', async () => {
    const resources = [{ resourceType: TOPIC ?? -1, resourceName: topic, configurationKeys: Object.keys(configs) }]
    const { results } = await on.call(describeConfigs, 4, { resources })
    return results[0]!.configs.every((config) => config.value === configs[config.name]) ? true : undefined
  })
  await show({ broker: shared, on, topic })
  await alterAll(DELETE, configs)
})

test.each(named)('in the file: %s', async (_, { configs, show }) => {
  const overrides = Object.fromEntries(Object.entries(configs).map(([name, value]) => [brokerName(name), value]))
  const broker = await startBroker({ overrides: { ...always, ...overrides } })
  const peer = await Peer.open(broker.port)
  try {
    await readyTopic(peer, 'filed')
    await show({ broker, on: peer, topic: 'filed' })
  } finally {
    peer.close()
    await broker.stop()
  }
})

test('internal.segment.bytes goes below what segment.bytes allows', async () => {
  await readyTopic(on, 'small', { configs: { 'internal.segment.bytes': '1000' } })
  const place = { broker: shared, on, topic: 'small' }
  await appendAll(place, [700, 700])
  await segmentsAre(place, 2)
})

test.each([
  ['log.retention.minutes', '1', 'retention.ms'],
  ['log.roll.hours', '1', 'segment.ms'],
] as const)('%s=%s counts where %s is not set', async (key, value, _topicKey) => {
  const broker = await startBroker({ overrides: { ...always, [key]: value } })
  const peer = await Peer.open(broker.port)
  try {
    await readyTopic(peer, 'longer')
    const place = { broker, on: peer, topic: 'longer' }
    expect(await codeOf(place, 10, ago(120 * MINUTE_MS))).toBe(0)
    if (key === 'log.retention.minutes') return void (await startIs(place, 1))
    await appendAll(place, [10])
    await segmentsAre(place, 2)
  } finally {
    peer.close()
    await broker.stop()
  }
})
