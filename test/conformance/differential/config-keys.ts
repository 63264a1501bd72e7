// Where the configs that the two brokers list may differ, key by key. `config-listing.test.ts` meets each of these.
import type { Difference } from '../comparison/comparison.ts'

export interface KeyDifference {
  readonly keys: readonly string[]
  readonly reason: string
  /** What may differ; the whole entry where it is not said. */
  readonly fields?: readonly string[]
}

export const keyDifferences: readonly KeyDifference[] = [
  {
    keys: ['advertised.listeners', 'controller.quorum.voters', 'listeners', 'log.dirs'],
    reason: 'ports and folders of the test',
    fields: ['value', 'configSource', 'synonyms'],
  },
  {
    keys: ['listeners', 'listener.security.protocol.map'],
    reason: 'listeners do not open and close while the broker runs',
    fields: ['readOnly'],
  },
  {
    keys: ['log.dir'],
    reason: 'data does not go to a folder for temporary files unless somebody says so',
    fields: ['value', 'synonyms'],
  },
  {
    keys: ['flush.messages', 'log.flush.interval.messages'],
    reason: 'an answer waits for the disk unless the operator says otherwise',
    fields: ['value', 'synonyms'],
  },
  {
    keys: ['group.coordinator.rebalance.protocols'],
    reason: 'other kinds of groups are not there yet',
    fields: ['value', 'synonyms'],
  },
  {
    keys: ['node.id', 'process.roles'],
    reason: 'they have a default here, and none in Kafka',
    fields: ['synonyms'],
  },
  {
    keys: ['controller.listener.names'],
    reason: 'nothing is a default here, and none in Kafka',
    fields: ['synonyms'],
  },
  {
    keys: ['log.retention.hours'],
    reason: 'while log.retention.ms is set Kafka shows the default of its relatives, not what the file says',
    fields: ['value'],
  },
  {
    keys: [
      'leader.replication.throttled.rate',
      'listener.name.plaintext.max.connections',
      'listener.name.plaintext.ssl.keystore.password',
      'listener.name.plaintext.ssl.keystore.type',
      'unstable.api.versions.enable',
    ],
    reason: 'Kafka has no text for keys of one listener and some of its own',
    fields: ['documentation'],
  },
  {
    keys: ['min.insync.replicas'],
    reason: 'Kafka sets it for all brokers when it formats a directory, to the same value',
  },
  {
    keys: [
      'admin.color',
      'admin.export.enable',
      'admin.hosts',
      'admin.label',
      'admin.masking',
      'admin.listener',
      'admin.password',
      'admin.password.file',
      'admin.read.only',
      'audit.topic.enable',
      'canary.enable',
      'message.validation',
      'metrics.compat',
      'metrics.partitions.max',
      'millrace.disk.hard.limit.bytes',
      'millrace.disk.soft.limit.bytes',
      'millrace.insecure',
      'millrace.workers',
    ],
    reason: 'keys of ours',
  },
]

const PLACE = /\.configs\[([^\]]+)\](?:\.(\w+))?/

/** The row that explains a difference between two listings. */
export const keyDifference = ({ path }: Difference): KeyDifference | undefined => {
  const [, key = '', field] = PLACE.exec(path) ?? []
  return keyDifferences.find(
    ({ keys, fields }) =>
      keys.includes(key) && (fields === undefined || (field !== undefined && fields.includes(field))),
  )
}
