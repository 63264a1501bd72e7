/**
 * Test harness: a cluster of one broker over a store in memory, logs that answer what a test tells them, and requests
 * that pass through the wire codec in their version.
 */
import { brokerId, randomTopicId } from '../base/ids.ts'
import { createLogger } from '../base/logger.ts'
import { createBrokerConfigs } from '../cluster/broker-configs.ts'
import { claimClusterId } from '../cluster/identity.ts'
import { createProducerIds } from '../cluster/producer-ids.ts'
import { startTestCluster } from '../cluster/scenario.ts'
import type { Handler, RequestContext } from '../dispatch/context.ts'
import type { Queries } from '../engine/queries.ts'
import { createTopics as createTopicsApi } from '../messages/19-create-topics.ts'
import { readRequest, readResponse, writeRequest, writeResponse } from '../wire/codec.ts'
import { Reader } from '../wire/reader.ts'
import type { AnyStruct, Api, Draft, Infer } from '../wire/schema.ts'
import { handleCreateTopics } from './19-create-topics.ts'

export const BROKER = brokerId(1)

/** Every log holds offsets 3 to 10, all in leader epoch 0. */
const quietLogs: Queries = {
  listOffsets: async (queries) =>
    queries.map(({ timestamp }) => ({
      errorCode: 0,
      timestamp: timestamp >= 0 ? timestamp + 1 : -1,
      offset: timestamp === -1 ? 10 : 3,
      leaderEpoch: 0,
    })),
  epochEnds: async (queries) => queries.map(() => ({ errorCode: 0, leaderEpoch: 0, endOffset: 10 })),
  deleteRecords: async (queries) =>
    queries.map(({ before }) => ({ errorCode: 0, lowWatermark: before === -1 ? 10 : before })),
  producers: async (queries) => queries.map(() => ({ errorCode: 0, producers: [] })),
  logOffsets: async (queries) =>
    queries.map(() => ({ errorCode: 0, logStart: 3, highWatermark: 10, lastStable: 10, logEnd: 10, size: 700 })),
  recordTimes: async (queries) => queries.map(() => ({ errorCode: 0, timestamp: 1 })),
  logDirs: async () => [],
}

export interface FixtureOptions {
  readonly queries?: Partial<Queries>
  /** As if from the command line. */
  readonly configs?: ReadonlyMap<string, string>
}

export const clusterFixture = async ({ queries = {}, configs = new Map() }: FixtureOptions = {}) => {
  const cluster = await startTestCluster(undefined, BROKER)
  const logger = createLogger({ destination: { write: () => undefined } })
  logger.child('groups')
  await cluster.run(claimClusterId('test-cluster'))
  const services = {
    cluster,
    configs: createBrokerConfigs(BROKER, configs),
    queries: { ...quietLogs, ...queries },
    producerIds: createProducerIds(cluster),
    newTopicId: randomTopicId,
    clock: cluster.clock,
    logger,
  }

  /** A request through the codec and the handler and back. */
  const call = async <Q extends AnyStruct, R extends AnyStruct>(
    api: Api<Q, R>,
    handle: (given: typeof services) => Handler<Infer<Q>, Draft<R>>,
    version: number,
    request: Draft<Q>,
    context: Partial<RequestContext> = {},
  ): Promise<Infer<R>> => {
    const received = readRequest(api, version, new Reader(writeRequest(api, version, request)))
    const response = await handle(services)(
      {
        connectionId: 1,
        correlationId: 1,
        clientId: 'client',
        apiKey: api.key,
        apiVersion: version,
        listener: 'PLAINTEXT',
        principal: 'User:ANONYMOUS',
        clientAddress: '127.0.0.1',
        software: null,
        arrivedAt: services.clock.now(),
        ...context,
      },
      received,
    )
    if (response === null) throw new Error('no answer')
    return readResponse(api, version, new Reader(writeResponse(api, version, response)))
  }

  const createTopic = async (
    name: string,
    numPartitions = 1,
    topicConfigs: readonly { readonly name: string; readonly value: string }[] = [],
  ): Promise<void> => {
    const topic = { name, numPartitions, replicationFactor: 1, assignments: [], configs: topicConfigs }
    await call(createTopicsApi, handleCreateTopics, 7, { topics: [topic] })
  }

  return { ...services, call, createTopic }
}
