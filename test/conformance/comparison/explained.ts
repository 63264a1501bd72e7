// Every difference from Apache Kafka that stays, with its reason: what two brokers may answer differently, and no more. README shows it
// as a table (table.test.ts); each row must be met by the test that it names.
import type { produce } from 'millrace/messages/00-produce.js'
import type { ApiName } from 'millrace/messages/index.js'
import type { Draft } from 'millrace/wire/schema.js'
import { keyDifference } from '../differential/config-keys.ts'
import { type Difference, ORDER } from './comparison.ts'

/** What was asked when two answers differed. */
export interface Asked {
  readonly api: ApiName
  readonly version: number
  readonly request: unknown
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
  readonly matches: (difference: Difference, asked: Asked) => boolean
}

const showsConfigs: ReadonlySet<ApiName> = new Set(['describeConfigs', 'createTopics'] as const)

/** Whether a Produce names a partition twice. */
const repeatsPartition = (request: unknown): boolean => {
  const { topicData } = request as Draft<typeof produce.request>
  const named = topicData.flatMap(({ name, topicId, partitionData }) =>
    partitionData.map(({ index }) => `${name} ${topicId} ${index}`),
  )
  return new Set(named).size < named.length
}

export const explained: readonly Explained[] = [
  {
    api: 'Produce',
    versions: 'all',
    condition: 'a partition twice',
    kafka: 'the last batch alone is written and answered',
    millrace: 'both are',
    reason: 'the other would be lost in silence',
    metBy: 'versions',
    matches: (_, { api, request }) => api === 'produce' && repeatsPartition(request),
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
    api: 'all but Fetch',
    versions: 'all',
    condition: 'a list of topics, partitions, groups, keys; not of synonyms',
    kafka: 'the order of a hash map, or of its checks',
    millrace: 'the order of the request, or of names',
    reason: 'the order says nothing there',
    metBy: 'versions',
    matches: ({ path }, { api }) => path.endsWith(ORDER) && api !== 'fetch' && !path.includes('.synonyms'),
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
    api: 'IncrementalAlterConfigs',
    versions: 'all',
    condition: 'an unknown operation',
    kafka: 'UNKNOWN_SERVER_ERROR',
    millrace: 'INVALID_REQUEST',
    reason: 'a bad request is not an error of the server',
    metBy: 'versions',
    matches: ({ path, kafka, millrace }, { api }) =>
      api === 'incrementalAlterConfigs' && path.endsWith('.errorCode') && kafka === -1 && millrace === 42,
  },
  {
    api: 'DescribeConfigs, CreateTopics',
    versions: 'all',
    condition: 'min.insync.replicas of a topic',
    kafka: 'set for the whole cluster',
    millrace: 'the default',
    reason: 'Kafka writes it when it formats a directory; the value is the same',
    metBy: 'versions',
    matches: ({ path }, { api }) =>
      showsConfigs.has(api) && /\.configs\[min\.insync\.replicas\]\.(configSource$|synonyms)/.test(path),
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
