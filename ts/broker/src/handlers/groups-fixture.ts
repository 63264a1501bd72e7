/**
 * Test harness: the group coordinator over a log in memory, with a cluster of one broker that has a few topics, and
 * requests that pass through the wire codec in their version.
 */
import { brokerId, leaderEpoch, partitionIndex, randomTopicId, type TopicId } from '../base/ids.ts'
import { BrokerError } from '../base/errors.ts'
import { manualClock } from '../base/clock.ts'
import { silentLogger } from '../base/logger.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { emptyImage, NO_CONFIGS, type ClusterImage, type TopicImage } from '../cluster/image.ts'
import type { RecordsPort } from '../coordinator/records-port.ts'
import type { Handler } from '../dispatch/context.ts'
import { Reader } from '../wire/reader.ts'
import { readRequest, readResponse, writeRequest, writeResponse } from '../wire/codec.ts'
import type { AnyStruct, Api, Draft, Infer } from '../wire/schema.ts'
import type { GroupSettings } from '../groups/commands.ts'
import { createGroups, type Groups } from '../groups/groups.ts'
import { OFFSETS_TOPIC } from '../groups/offsets-topic.ts'
import { testSettings } from '../groups/scenario.ts'

const BROKER = brokerId(1)
const PARTITIONS = 50

/** Batches per partition, kept as appended. */
export interface MemoryLog extends RecordsPort {
  readonly partitions: Map<number, Buffer[]>
  failure: BrokerError | null
}

export const memoryLog = (partitions = new Map<number, Buffer[]>()): MemoryLog => ({
  partitions,
  failure: null,
  async append(partition, batch) {
    if (this.failure !== null) throw this.failure
    const batches = partitions.get(partition) ?? []
    partitions.set(partition, batches)
    const offset = batches.reduce((sum, each) => sum + each.readInt32BE(57), 0)
    const stored = Buffer.from(batch)
    stored.writeBigInt64BE(BigInt(offset), 0)
    batches.push(stored)
    return offset
  },
  async read(partition, offset) {
    const from = (partitions.get(partition) ?? []).filter(
      (batch) => Number(batch.readBigInt64BE(0)) + batch.readInt32BE(57) > offset,
    )
    return Buffer.concat(from)
  },
})

export const testTopic = (name: string, partitions: number, id: TopicId = randomTopicId()): TopicImage => ({
  id,
  name,
  internal: name === OFFSETS_TOPIC,
  configs: NO_CONFIGS,
  partitions: Array.from({ length: partitions }, (_, index) => ({
    index: partitionIndex(index),
    leader: BROKER,
    leaderEpoch: leaderEpoch(0),
    partitionEpoch: 0,
    replicas: [BROKER],
    isr: [BROKER],
    elr: [],
  })),
})

export const withTopics = (image: ClusterImage, topics: readonly TopicImage[]): ClusterImage => ({
  ...image,
  revision: image.revision + 1,
  topicsByName: image.topicsByName.with(topics.map((topic) => [topic.name, topic])),
  topicsById: image.topicsById.with(topics.map((topic) => [topic.id, topic])),
})

export const withoutTopic = (image: ClusterImage, topic: TopicImage): ClusterImage => ({
  ...image,
  revision: image.revision + 1,
  topicsByName: image.topicsByName.with([[topic.name, undefined]]),
  topicsById: image.topicsById.with([[topic.id, undefined]]),
})

const oneBroker: ClusterImage = {
  ...emptyImage,
  controllerId: BROKER,
  brokers: new Map([
    [
      BROKER,
      { id: BROKER, epoch: 1, rack: null, endpoints: [{ listener: 'PLAINTEXT', host: 'broker.test', port: 9092 }] },
    ],
  ]),
}

export interface FixtureOptions {
  readonly settings?: Partial<GroupSettings>
  readonly log?: MemoryLog
  /** Whether `__consumer_offsets` is there already. */
  readonly started?: boolean
  /** The topic that there is, when it is to be that of another fixture. */
  readonly orders?: TopicImage
}

export const groupsFixture = async ({
  settings = {},
  log = memoryLog(),
  started = true,
  orders = testTopic('orders', 3),
}: FixtureOptions = {}) => {
  const clock = manualClock()
  const offsets = testTopic(OFFSETS_TOPIC, PARTITIONS)
  let image = withTopics(oneBroker, started ? [orders, offsets] : [orders])
  let ids = 0
  const groups: Groups = createGroups({
    brokerId: BROKER,
    records: log,
    image: () => image,
    clock,
    logger: silentLogger,
    settings: { ...testSettings, initialRebalanceDelayMs: 0, ...settings },
    ensureTopic: async () => {
      change((now) => withTopics(now, [offsets]))
    },
    pump: () => {},
    randomId: () => `${++ids}`,
  })
  const change = (to: (now: ClusterImage) => ClusterImage): void => {
    const before = image
    image = to(image)
    groups.imageChanged(before, image)
  }
  const cluster: Cluster = {
    brokerId: BROKER,
    image: () => image,
    run: () => Promise.reject(new BrokerError('UNKNOWN_SERVER_ERROR')),
  }
  const services = { cluster, groups, clock, logger: silentLogger }

  /** A request through the codec and the handler and back. */
  const call = async <Q extends AnyStruct, R extends AnyStruct>(
    api: Api<Q, R>,
    handle: (given: typeof services) => Handler<Infer<Q>, Draft<R>>,
    version: number,
    request: Draft<Q>,
  ): Promise<Infer<R>> => {
    const received = readRequest(api, version, new Reader(writeRequest(api, version, request)))
    const context = {
      connectionId: 1,
      correlationId: 1,
      clientId: 'client',
      apiKey: api.key,
      apiVersion: version,
      listener: 'PLAINTEXT',
      principal: 'User:ANONYMOUS',
      clientAddress: '127.0.0.1',
      software: { name: 'librdkafka', version: '2.0.2' },
      arrivedAt: clock.now(),
    }
    const response = await handle(services)(context, received)
    if (response === null) throw new Error('no response')
    return readResponse(api, version, new Reader(writeResponse(api, version, response)))
  }

  await groups.start()
  return { groups, services, clock, log, orders, offsets, change, call, image: () => image }
}
