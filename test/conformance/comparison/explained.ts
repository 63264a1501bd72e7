// Every difference from Apache Kafka that stays, with its reason: what two brokers may answer differently, and no more. README shows it
// as a table (table.test.ts); each row must be met by the test that it names.
import { ZERO_TOPIC_ID } from 'millrace/base/ids.js'
import type { ApiName } from 'millrace/messages/index.js'
import { keyDifference } from '../differential/config-keys.ts'
import { type Difference, ORDER } from './comparison.ts'

/** What was asked when two answers differed. */
export interface Asked {
  readonly api: ApiName
  readonly version: number
  readonly request: unknown
  /** Kafka's. */
  readonly answer?: unknown
}

export interface Explained {
  readonly api: string
  readonly versions: string
  readonly condition: string
  readonly kafka: string
  readonly millrace: string
  readonly reason: string
  /** The test in which it is met; the other must not depend on it. */
  readonly metBy: 'versions' | 'differential' | 'config-listing'
  /** From there on the two hold other things under the names of the request. */
  readonly diverges?: true
  readonly matches: (difference: Difference, asked: Asked) => boolean
}

const showsConfigs: ReadonlySet<ApiName> = new Set(['describeConfigs', 'createTopics'] as const)

type Values = Readonly<Record<string, unknown>>

export const list = (value: unknown): readonly Values[] => (Array.isArray(value) ? value : [])

export const topicsOf = (request: unknown): readonly Values[] => {
  const { topics, topicData } = Object(request) as Values
  return [...list(topics), ...list(topicData)]
}

const partitionsOf = ({ partitions, partitionData }: Values): readonly Values[] => [
  ...list(partitions),
  ...list(partitionData),
]

const sentRecords = (request: unknown): readonly unknown[] =>
  topicsOf(request)
    .flatMap(partitionsOf)
    .map(({ records }) => records)

const hasNegativeLimit = (request: unknown): boolean =>
  [request, ...topicsOf(request).flatMap(partitionsOf)].some((each) =>
    ['maxBytes', 'partitionMaxBytes'].some((name) => Number(Reflect.get(Object(each), name)) < 0),
  )

const repeats = (values: readonly unknown[]): boolean => new Set(values).size < values.length

const repeatsResource = (request: unknown): boolean =>
  repeats(
    list(valueOf(request, 'resources')).map(
      ({ resourceType, resourceName }) => `${String(resourceType)} ${String(resourceName)}`,
    ),
  )

/** By name or id, whichever the version carries: the other one is the same, or not there. */
export const repeatsTopic = (request: unknown): boolean => {
  const topics = topicsOf(request)
  return (
    repeats(topics.map(({ name, topic = name }) => topic)) ||
    repeats(topics.map(({ topicId }) => topicId)) ||
    topics.some((topic) =>
      repeats(partitionsOf(topic).map(({ index, partition = index, partitionIndex = partition }) => partitionIndex)),
    )
  )
}

const UNKNOWN_SERVER_ERROR = -1
const INVALID_REPLICA_ASSIGNMENT = 39
const INVALID_CONFIG = 40
const OPERATIONS_MAX = 3
const BROKER = 4
/** Kafka cannot add to it, and finds no table for a session of that id. */
const INT_MAX = 2 ** 31 - 1

/** Stands for the record with the largest time. */
const LARGEST_TIME = -3

/** What a request may ask for so that it does not get all. */
const LIMIT_SMALL = 1000

/** What such records say about themselves. */
export const CLAIMS_LOG_APPEND_TIME = 'records with the time of the broker'
const UNKNOWN_CODEC = 'records with an unknown codec'

const says = (records: unknown, about: string): boolean => String(valueOf(records, 'about')).startsWith(about)

export const valueOf = (request: unknown, name: string): unknown => Reflect.get(Object(request), name)

const hasServerError = (answer: unknown): boolean =>
  typeof answer === 'object' &&
  answer !== null &&
  (valueOf(answer, 'errorCode') === UNKNOWN_SERVER_ERROR || Object.values(answer).some(hasServerError))

/** Lists that Kafka fills from a hash map, or as its checks come. */
const unordered: ReadonlySet<string> = new Set([
  'createPartitions.results',
  'createTopics.topics',
  'deleteGroups.results',
  'deleteRecords.topics',
  'deleteRecords.topics[].partitions',
  'deleteTopics.responses',
  'describeConfigs.results[].configs',
  'describeGroups.groups',
  'describeGroups.groups[].members',
  'describeLogDirs.results.0.topics',
  'describeLogDirs.results.0.topics[].partitions',
  'describeProducers.topics[].partitions[].activeProducers',
  'joinGroup.members',
  'listConfigResources.configResources',
  'listGroups.groups',
  'listOffsets.topics',
  'listOffsets.topics[].partitions',
  'metadata.topics',
  'offsetFetch.groups[].topics',
  'offsetFetch.groups[].topics[].partitions',
  'offsetFetch.topics',
  'offsetFetch.topics[].partitions',
  'produce.responses',
  'produce.responses[].partitionResponses',
])

/** What Kafka does not expect of a request, and fails at. */
const isNonsense: { readonly [Name in ApiName]?: (request: unknown) => boolean } = {
  incrementalAlterConfigs: (request) =>
    list(valueOf(request, 'resources'))
      .flatMap(({ configs }) => list(configs))
      .some(({ configOperation }) => Number(configOperation) < 0 || Number(configOperation) > OPERATIONS_MAX),
  produce: (request) => sentRecords(request).some((records) => says(records, UNKNOWN_CODEC)),
  createTopics: (request) => topicsOf(request).some(({ numPartitions }) => numPartitions === INT_MAX),
  createPartitions: (request) => topicsOf(request).some(({ count }) => count === INT_MAX),
  metadata: (request) =>
    topicsOf(request).some(({ name, topicId = ZERO_TOPIC_ID }) => name === null && topicId === ZERO_TOPIC_ID),
  fetch: (request) =>
    valueOf(request, 'sessionId') === INT_MAX ||
    [...topicsOf(request), ...list(valueOf(request, 'forgottenTopicsData'))].some(
      ({ topicId }) => topicId === ZERO_TOPIC_ID,
    ),
}

export const explained: readonly Explained[] = [
  {
    api: 'those with a list in `unordered` of explained.ts; not Fetch',
    versions: 'all',
    condition: 'some lists of topics, partitions, groups, members, producers, keys',
    kafka: 'the order of a hash map, or of its checks',
    millrace: 'the order of the request, or of names',
    reason: 'the order says nothing there',
    metBy: 'versions',
    matches: ({ path }, { api }) =>
      path.endsWith(ORDER) && unordered.has(`${api}${path.slice(0, -ORDER.length).replaceAll(/\[[^\]]*\]/g, '[]')}`),
  },
  {
    api: 'all',
    versions: 'all',
    condition: 'an error',
    kafka: 'often a code without a text',
    millrace: 'a code with a text',
    reason: 'says what is wrong',
    metBy: 'versions',
    matches: ({ path, kafka, millrace }) =>
      path.endsWith('.errorMessage') && (kafka === null || kafka === '') && millrace === '<text>',
  },
  {
    api: 'ApiVersions',
    versions: 'all',
    condition: 'an API that is not built',
    kafka: 'listed',
    millrace: 'not listed',
    reason: 'clients use what is listed, and go another way where it is not',
    metBy: 'versions',
    matches: ({ path, millrace }, { api }) =>
      api === 'apiVersions' && /^\.apiKeys\[\d+\]$/.test(path) && millrace === undefined,
  },
  {
    api: 'ApiVersions',
    versions: '3-4',
    condition: 'features',
    kafka: 'levels of its metadata log, transactions and newer groups',
    millrace: 'none',
    reason: 'each stands for something that is not here; a client that finds it uses it',
    metBy: 'versions',
    matches: ({ path, millrace }, { api }) =>
      api === 'apiVersions' &&
      (/^\.(supported|finalized)Features\[/.test(path) ? millrace === undefined : path === '.finalizedFeaturesEpoch'),
  },
  {
    api: 'IncrementalAlterConfigs, Produce, Metadata, Fetch, CreateTopics, CreatePartitions',
    versions: 'all',
    condition: 'an unknown operation or codec; a topic without name and id; session 2147483647, as many partitions',
    kafka: 'UNKNOWN_SERVER_ERROR for all of the request',
    millrace: 'a code that says what is wrong, where it is wrong',
    reason: 'a bad request is not an error of the server',
    metBy: 'differential',
    diverges: true,
    matches: ({ kafka }, { api, request, answer }) =>
      isNonsense[api]?.(request) === true &&
      // The sum of partitions may go past zero and be taken for a small one.
      (api === 'createTopics' ||
        hasServerError(answer) ||
        kafka === INVALID_CONFIG ||
        kafka === INVALID_REPLICA_ASSIGNMENT),
  },
  {
    api: 'Fetch',
    versions: 'all',
    condition: 'as a replica of another broker',
    kafka: 'answered to anybody as to a broker',
    millrace: 'CLUSTER_AUTHORIZATION_FAILED',
    reason: 'clients are not brokers; those fetch at a door of their own',
    metBy: 'differential',
    diverges: true,
    matches: (_, { api, request }) => api === 'fetch' && Number(Reflect.get(Object(request), 'replicaId')) >= 0,
  },
  {
    api: 'Fetch',
    versions: 'all',
    condition: 'a batch beyond the limit of its partition',
    kafka: 'cut at the limit',
    millrace: 'left out',
    reason: 'no client can use a part of a batch',
    metBy: 'differential',
    matches: ({ path, millrace }, { api }) => api === 'fetch' && path.endsWith('.records.cut') && millrace === 0,
  },
  {
    api: 'Fetch',
    versions: 'all',
    condition: 'partitions behind one with a batch that did not fit',
    kafka: 'counts the part that it cut: nothing more fits',
    millrace: 'counts whole batches: the next may fit',
    reason: 'only what is sent counts',
    metBy: 'differential',
    diverges: true,
    matches: ({ path, kafka, millrace }, { api, request }) =>
      api === 'fetch' &&
      Number(valueOf(request, 'maxBytes')) < LIMIT_SMALL &&
      (/\.records\.batches\.\d+$|\.partitions\[\d+\]$|\.responses\[[^\]]+\]$/.test(path)
        ? kafka === undefined
        : path.endsWith('.abortedTransactions') && millrace === null),
  },
  {
    api: 'Produce',
    versions: 'all',
    condition: 'a batch that claims LogAppendTime',
    kafka: 'taken, with the time of the topic',
    millrace: 'INVALID_TIMESTAMP',
    reason: 'no producer sends it, and taking it would mean to write it anew',
    metBy: 'differential',
    diverges: true,
    matches: ({ kafka, millrace, within }, { api, request }) =>
      api === 'produce' &&
      sentRecords(request).some((records) => says(records, CLAIMS_LOG_APPEND_TIME)) &&
      (within !== null || [kafka, millrace].includes('closed')),
  },
  {
    api: 'ListOffsets',
    versions: '7-11',
    condition: 'the largest time, all records deleted',
    kafka: 'an offset below the start of the log',
    millrace: 'none (-1)',
    reason: 'the offset cannot be read',
    metBy: 'differential',
    matches: ({ millrace, within }, { api, request }) =>
      api === 'listOffsets' &&
      millrace === -1 &&
      Number(valueOf(within, 'offset')) >= 0 &&
      topicsOf(request)
        .flatMap(partitionsOf)
        .some(({ timestamp }) => timestamp === LARGEST_TIME),
  },
  {
    api: 'Produce, AlterConfigs',
    versions: 'all',
    condition: 'null in place of records; the same resource twice',
    kafka: 'never answered',
    millrace: 'INVALID_RECORD; INVALID_REQUEST',
    reason: 'every request has an answer',
    metBy: 'differential',
    diverges: true,
    matches: ({ path, kafka }, { api, request }) =>
      path === '.kind' &&
      kafka === 'silence' &&
      ((api === 'produce' && sentRecords(request).includes(null)) ||
        (api === 'alterConfigs' && repeatsResource(request))),
  },
  {
    api: 'Fetch',
    versions: 'all',
    condition: 'a negative limit of bytes',
    kafka: 'UNKNOWN_SERVER_ERROR where there are records',
    millrace: 'the same as 0',
    reason: 'as Kafka takes every other number that is too small',
    metBy: 'differential',
    diverges: true,
    matches: (_, { api, request, answer }) => api === 'fetch' && hasNegativeLimit(request) && hasServerError(answer),
  },
  {
    api: 'Produce, Fetch',
    versions: 'all',
    condition: 'the same topic or partition twice in one request',
    kafka: 'takes one of the two and answers once',
    millrace: 'takes both and answers both',
    reason: 'nothing that was sent is dropped in silence',
    metBy: 'differential',
    diverges: true,
    matches: (_, { api, request }) => (api === 'produce' || api === 'fetch') && repeatsTopic(request),
  },
  {
    api: 'DescribeLogDirs',
    versions: 'all',
    condition: 'the size of __consumer_offsets',
    kafka: 'that of its records',
    millrace: 'that of ours',
    reason: 'each broker makes them up, member ids and host names included',
    metBy: 'differential',
    matches: ({ path }, { api }) =>
      api === 'describeLogDirs' && /\[__consumer_offsets\]\.partitions\[\d+\]\.partitionSize$/.test(path),
  },
  {
    api: 'DescribeConfigs, CreateTopics',
    versions: 'all',
    condition: 'min.insync.replicas that nobody set',
    kafka: 'set for the whole cluster, for good',
    millrace: 'the default',
    reason: 'Kafka writes it when it formats a directory (KIP-966); the value is the same',
    metBy: 'versions',
    matches: ({ path }, { api }) =>
      showsConfigs.has(api) && /\.configs\[min\.insync\.replicas\](\.configSource$|\.synonyms|$)/.test(path),
  },
  {
    api: 'AlterConfigs',
    versions: 'all',
    condition: 'the broker without a name, min.insync.replicas left out',
    kafka: 'INVALID_CONFIG',
    millrace: 'done',
    reason: 'there is none set for the whole cluster that it would remove, see above',
    metBy: 'differential',
    diverges: true,
    matches: ({ within }, { api }) =>
      api === 'alterConfigs' &&
      valueOf(within, 'resourceType') === BROKER &&
      valueOf(within, 'resourceName') === '' &&
      valueOf(within, 'errorCode') === INVALID_CONFIG,
  },
  {
    api: 'DescribeConfigs, CreateTopics',
    versions: 'all',
    condition: 'flush.messages by default',
    kafka: '9223372036854775807',
    millrace: '1',
    reason: 'an answer waits for the disk unless the operator says otherwise',
    metBy: 'versions',
    matches: ({ path }, { api }) => showsConfigs.has(api) && path.includes('.configs[flush.messages]'),
  },
  {
    api: 'DescribeConfigs, CreateTopics',
    versions: 'all',
    condition: 'message.validation of a topic',
    kafka: 'has no such key',
    millrace: 'described',
    reason: 'a key of ours',
    metBy: 'versions',
    matches: ({ path, kafka }, { api }) =>
      showsConfigs.has(api) && path.endsWith('.configs[message.validation]') && kafka === undefined,
  },
  {
    api: 'DescribeConfigs',
    versions: 'all',
    condition: 'a broker: some of its 340 keys, each with its reason in differential/config-keys.ts',
    kafka: 'as it starts, with its defaults',
    millrace: 'listeners on loopback and fixed, keys of its own',
    reason: 'safe to start without a file',
    metBy: 'config-listing',
    matches: (difference, { api }) => api === 'describeConfigs' && keyDifference(difference) !== undefined,
  },
]

/** Sorts differences into those of a row and those of none, and remembers which rows were met. */
export class Explanations {
  readonly #met = new Set<Explained>()

  row(difference: Difference, asked: Asked): Explained | undefined {
    const row = explained.find(({ matches }) => matches(difference, asked))
    if (row !== undefined) this.#met.add(row)
    return row
  }

  /** Rows that this test should have met. */
  unmet(by: Explained['metBy']): readonly string[] {
    return explained
      .filter((row) => row.metBy === by && !this.#met.has(row))
      .map(({ api, condition }) => `${api}: ${condition}`)
  }
}
