/**
 * Every metadata record: the key it lies under in the store, and its value as a schema of the wire language. A value
 * begins with its version as an int16; a field that comes later is a new version with a default for the old one.
 *
 *     cluster               the id of the cluster
 *     b/<id>/session        a live broker; under its lease
 *     starts/<id>           how often a broker has started
 *     t/<topic id>          a topic
 *     tn/<collision key>    one of those who have this name: makes names unique among concurrent creations
 *     p/<topic id>/<n>      a partition
 *     cfg/topic/<topic id>  configs of a topic, all of them
 *     cfg/<type>/<name>     configs of something else, all of them
 *     pid                   producer ids below this were given out in blocks
 *     account/<name>        who may log in to the console
 *     filter/<name>         a filter of messages
 */
import { brokerId, isUuid, partitionIndex, type BrokerId, type PartitionIndex, type TopicId } from '../base/ids.ts'
import { assert, unreachable } from '../base/errors.ts'
import { readVersioned, writeVersioned } from '../wire/codec.ts'
import { int32, int64, string, uuid } from '../wire/primitives.ts'
import {
  array,
  message,
  nullable,
  since,
  struct,
  type AnyStruct,
  type Draft,
  type Infer,
  type Message,
} from '../wire/schema.ts'
import type { ConfigResourceType } from './image.ts'

const record = <const Body extends AnyStruct>(name: string, body: Body, newest = 0): Message<Body> =>
  message({ name, versions: [0, newest], flexible: 0, body })

const clusterRecord = record('ClusterRecord', struct({ clusterId: string }))

const brokerRecord = record(
  'BrokerRecord',
  struct({ rack: nullable(string), endpoints: array(struct({ listener: string, host: string, port: int32 })) }),
)

const startsRecord = record('StartsRecord', struct({ count: int32 }))

const topicRecord = record('TopicRecord', struct({ name: string }))

const topicNameRecord = record('TopicNameRecord', struct({ topicId: uuid }))

const partitionRecord = record(
  'PartitionRecord',
  struct({
    leader: int32,
    /** When this was written; it grows with every start of the leader since (`leaders.ts`). */
    leaderEpoch: int32,
    partitionEpoch: int32,
    replicas: array(int32),
    isr: array(int32),
    elr: array(int32),
    /** Of the leader, by then. */
    starts: since(1, int32, 0),
  }),
  1,
)

const configRecord = record('ConfigRecord', struct({ configs: array(struct({ name: string, value: string })) }))

const producerIdsRecord = record('ProducerIdsRecord', struct({ next: int64 }))

/** The hash names the way it was made (`security/passwords.ts`). */
const accountRecord = record('AccountRecord', struct({ role: string, hash: string }))

const filterRecord = record('FilterRecord', struct({ language: string, expression: string }))

type RecordOf<Schema extends { readonly body: AnyStruct }> = Infer<Schema['body']>
export type PartitionRecord = RecordOf<typeof partitionRecord>
export type PartitionDraft = Draft<(typeof partitionRecord)['body']>
export type ConfigRecord = RecordOf<typeof configRecord>

/** One change of metadata; a null record removes what is named. */
export type Change =
  | { readonly kind: 'cluster'; readonly record: RecordOf<typeof clusterRecord> | null }
  | { readonly kind: 'broker'; readonly broker: BrokerId; readonly record: RecordOf<typeof brokerRecord> | null }
  | { readonly kind: 'starts'; readonly broker: BrokerId; readonly record: RecordOf<typeof startsRecord> | null }
  | { readonly kind: 'topic'; readonly topic: TopicId; readonly record: RecordOf<typeof topicRecord> | null }
  | { readonly kind: 'topic-name'; readonly name: string; readonly record: RecordOf<typeof topicNameRecord> | null }
  | {
      readonly kind: 'partition'
      readonly topic: TopicId
      readonly index: PartitionIndex
      readonly record: PartitionDraft | null
    }
  | { readonly kind: 'topic-config'; readonly topic: TopicId; readonly record: ConfigRecord | null }
  | {
      readonly kind: 'config'
      readonly type: ConfigResourceType
      readonly name: string
      readonly record: ConfigRecord | null
    }
  | { readonly kind: 'producer-ids'; readonly record: RecordOf<typeof producerIdsRecord> | null }
  | { readonly kind: 'account'; readonly name: string; readonly record: RecordOf<typeof accountRecord> | null }
  | { readonly kind: 'filter'; readonly name: string; readonly record: RecordOf<typeof filterRecord> | null }

type Kind = Change['kind']

interface Codec {
  readonly encode: (record: unknown) => Buffer
  readonly decode: (bytes: Buffer) => unknown
}

const codec = <Body extends AnyStruct>(schema: Message<Body>): Codec => ({
  encode: (record) => writeVersioned(schema, schema.versions[1], record as Draft<Body>),
  decode: (bytes) => readVersioned(schema, bytes).value,
})

const codecs: { readonly [Of in Kind]: Codec } = {
  cluster: codec(clusterRecord),
  broker: codec(brokerRecord),
  starts: codec(startsRecord),
  config: codec(configRecord),
  'producer-ids': codec(producerIdsRecord),
  account: codec(accountRecord),
  filter: codec(filterRecord),
  topic: codec(topicRecord),
  'topic-name': codec(topicNameRecord),
  'topic-config': codec(configRecord),
  partition: codec(partitionRecord),
}

/** Whether what lies under a key is part of a topic, and means nothing without it. */
export const refersToTopic = (key: string): boolean => key.startsWith('p/') || key.startsWith('cfg/topic/')

/** What a change is filed under: a change without its record. */
export type RecordName = Change extends infer Each ? (Each extends Change ? Omit<Each, 'record'> : never) : never

export const keyOf = (named: RecordName): string => {
  switch (named.kind) {
    case 'cluster':
      return 'cluster'
    case 'broker':
      return `b/${named.broker}/session`
    case 'starts':
      return `starts/${named.broker}`
    case 'topic':
      return `t/${named.topic}`
    case 'topic-name':
      return `tn/${named.name}`
    case 'partition':
      return `p/${named.topic}/${named.index}`
    case 'topic-config':
      return `cfg/topic/${named.topic}`
    case 'config':
      return `cfg/${named.type}/${named.name}`
    case 'producer-ids':
      return 'pid'
    case 'account':
      return `account/${named.name}`
    case 'filter':
      return `filter/${named.name}`
    default:
      return unreachable(named)
  }
}

export const encodeRecord = (change: Change): Buffer | null =>
  change.record === null ? null : codecs[change.kind].encode(change.record)

export const decodeChange = (key: string, value: Buffer | null): Change => {
  const named = parseKey(key)
  const record = value === null ? null : codecs[named.kind].decode(value)
  return Object.assign(named, { record }) as Change
}

const parseKey = (key: string): RecordName => {
  const [root, first = '', second = ''] = key.split('/', 3)
  switch (root) {
    case 'cluster':
      return { kind: 'cluster' }
    case 'account':
      return { kind: 'account', name: first }
    case 'filter':
      // A name may hold slashes.
      return { kind: 'filter', name: key.slice(root.length + 1) }
    case 'pid':
      return { kind: 'producer-ids' }
    case 'b':
      return { kind: 'broker', broker: brokerId(Number(first)) }
    case 'starts':
      return { kind: 'starts', broker: brokerId(Number(first)) }
    case 't':
      return { kind: 'topic', topic: topicIdIn(key, first) }
    case 'tn':
      return { kind: 'topic-name', name: first }
    case 'p':
      return { kind: 'partition', topic: topicIdIn(key, first), index: partitionIndex(Number(second)) }
    case 'cfg':
      return first === 'topic'
        ? { kind: 'topic-config', topic: topicIdIn(key, second) }
        : // The name of a group may hold slashes.
          { kind: 'config', type: configType(key, first), name: key.slice(root.length + first.length + 2) }
    default:
      throw new Error(`metadata key ${key} is not known to this version`)
  }
}

const topicIdIn = (key: string, text: string): TopicId => {
  assert(isUuid(text), `metadata key ${key} names a topic id`)
  return text
}

const configType = (key: string, text: string): ConfigResourceType => {
  assert(
    text === 'broker' || text === 'group' || text === 'client-metrics',
    `metadata key ${key} names a resource type`,
  )
  return text
}
