// The keys of a topic. What a topic does not set comes from the broker keys named beside it, the most specific first.
import { boolean, double, int, list, LONG_MAX, long, string } from './kinds.ts'

const live = { dynamic: 'cluster-wide' } as const
const idle = { dynamic: 'cluster-wide', effect: 'none' } as const

const throttled = (items: readonly string[]): string | null =>
  items.length === 1 && items[0] === '*'
    ? null
    : items.every((item) => /^\d+:\d+$/.test(item))
      ? null
      : 'must be * or a list of partition:broker'

/** Every key that a topic can have, by name. */
export const topicKeys = {
  'cleanup.policy': list(
    ['delete'],
    'What happens to old segments: deleted or compacted. Compaction is not there yet: what is compacted is kept whole.',
    {
      ...live,
      oneOf: ['compact', 'delete'],
    },
  ),
  'compression.gzip.level': int(-1, 'Level where gzip is written.', { ...idle, min: 1, max: 9, or: -1 }),
  'compression.lz4.level': int(9, 'Level where lz4 is written.', { ...idle, min: 1, max: 17 }),
  'compression.type': string(
    'producer',
    'The codec of stored batches. Only producer, which keeps what came, has an effect yet.',
    {
      ...idle,
      oneOf: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'],
    },
  ),
  'compression.zstd.level': int(3, 'Level where zstd is written.', { ...idle, min: -131_072, max: 22 }),
  'delete.retention.ms': long(86_400_000, 'How long a compacted topic keeps deletions visible.', { ...idle, min: 0 }),
  'file.delete.delay.ms': long(60_000, 'How long deleted files stay for readers.', { ...live, min: 0 }),
  'flush.messages': long(1, 'Records after which the log is synced; 1 asks for it before the answer.', {
    ...idle,
    min: 1,
  }),
  'flush.ms': long(LONG_MAX, 'Time after which the log is made durable.', { ...idle, min: 0 }),
  'follower.replication.throttled.replicas': list([], 'Replicas whose copying is slowed down at the follower.', {
    ...idle,
    check: throttled,
  }),
  'index.interval.bytes': int(4096, 'Bytes between two entries of the offset index.', { ...live, min: 0 }),
  'internal.segment.bytes': int(null, 'A segment size below what segment.bytes allows, for tests.', {
    ...live,
    min: 1,
    hidden: true,
  }),
  'leader.replication.throttled.replicas': list([], 'Replicas whose copying is slowed down at the leader.', {
    ...idle,
    check: throttled,
  }),
  'local.retention.bytes': long(-2, 'Tiered storage: size kept on this disk.', { ...idle, min: -2 }),
  'local.retention.ms': long(-2, 'Tiered storage: age kept on this disk.', { ...idle, min: -2 }),
  'max.compaction.lag.ms': long(LONG_MAX, 'Age at which a record must be compacted.', { ...idle, min: 1 }),
  'max.message.bytes': int(1_048_588, 'The largest record batch, as it comes compressed.', { ...live, min: 0 }),
  'message.timestamp.after.max.ms': long(3_600_000, 'How far in the future a timestamp may lie.', { ...live, min: 0 }),
  'message.timestamp.before.max.ms': long(LONG_MAX, 'How far in the past a timestamp may lie.', { ...live, min: 0 }),
  'message.timestamp.type': string(
    'CreateTime',
    'Whose time a record carries: that of its producer or of its append.',
    {
      ...live,
      oneOf: ['CreateTime', 'LogAppendTime'],
    },
  ),
  'message.validation': string('header', 'header checks what protects others; strict walks every record as well.', {
    ...live,
    oneOf: ['header', 'strict'],
  }),
  'min.cleanable.dirty.ratio': double(0.5, 'Share of a log that must be new before it is compacted.', {
    ...idle,
    min: 0,
    max: 1,
  }),
  'min.compaction.lag.ms': long(0, 'Age before which a record is not compacted.', { ...idle, min: 0 }),
  'min.insync.replicas': int(1, 'Replicas that must have a record before acks=all is answered.', { ...live, min: 1 }),
  preallocate: boolean(false, 'Reserves the space of a segment when it starts.', idle),
  'remote.log.copy.disable': boolean(false, 'Tiered storage: stops copying.', idle),
  'remote.log.delete.on.disable': boolean(
    false,
    'Tiered storage: deletes what was copied when it is switched off.',
    idle,
  ),
  'remote.storage.enable': boolean(false, 'Tiered storage, which this broker does not have.', { ...idle, only: false }),
  'retention.bytes': long(-1, 'Size of a partition above which its oldest segments go; -1 is no limit.', live),
  'retention.ms': long(604_800_000, 'Age at which a segment is deleted; -1 keeps it.', { ...live, min: -1 }),
  'segment.bytes': int(1_073_741_824, 'Size at which a segment is full.', { ...live, min: 1_048_576 }),
  'segment.index.bytes': int(10_485_760, 'Bound of an index file.', { ...live, min: 4 }),
  'segment.jitter.ms': long(0, 'Spread of the age at which a segment starts.', { ...live, min: 0 }),
  'segment.ms': long(604_800_000, 'Age at which a new segment starts.', { ...live, min: 1 }),
  'unclean.leader.election.enable': boolean(
    false,
    'Lets a replica that is behind become leader, and lose records.',
    idle,
  ),
} as const

/** A broker key that gives a topic key its value, and what one unit of it is worth there. */
export interface Synonym {
  readonly name: string
  readonly factor: number
}

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const same = (...names: readonly string[]): readonly Synonym[] => names.map((name) => ({ name, factor: 1 }))

/** The broker keys behind each topic key, the most specific first. */
export const topicSynonyms: Readonly<Record<string, readonly Synonym[]>> = {
  'cleanup.policy': same('log.cleanup.policy'),
  'compression.gzip.level': same('compression.gzip.level'),
  'compression.lz4.level': same('compression.lz4.level'),
  'compression.type': same('compression.type'),
  'compression.zstd.level': same('compression.zstd.level'),
  'delete.retention.ms': same('log.cleaner.delete.retention.ms'),
  'file.delete.delay.ms': same('log.segment.delete.delay.ms'),
  'flush.messages': same('log.flush.interval.messages'),
  'flush.ms': same('log.flush.interval.ms', 'log.flush.scheduler.interval.ms'),
  'index.interval.bytes': same('log.index.interval.bytes'),
  'local.retention.bytes': same('log.local.retention.bytes'),
  'local.retention.ms': same('log.local.retention.ms'),
  'max.compaction.lag.ms': same('log.cleaner.max.compaction.lag.ms'),
  'max.message.bytes': same('message.max.bytes'),
  'message.timestamp.after.max.ms': same('log.message.timestamp.after.max.ms'),
  'message.timestamp.before.max.ms': same('log.message.timestamp.before.max.ms'),
  'message.timestamp.type': same('log.message.timestamp.type'),
  'message.validation': same('message.validation'),
  'min.cleanable.dirty.ratio': same('log.cleaner.min.cleanable.ratio'),
  'min.compaction.lag.ms': same('log.cleaner.min.compaction.lag.ms'),
  'min.insync.replicas': same('min.insync.replicas'),
  preallocate: same('log.preallocate'),
  'retention.bytes': same('log.retention.bytes'),
  'retention.ms': [
    { name: 'log.retention.ms', factor: 1 },
    { name: 'log.retention.minutes', factor: MINUTE_MS },
    { name: 'log.retention.hours', factor: HOUR_MS },
  ],
  'segment.bytes': same('log.segment.bytes'),
  'segment.index.bytes': same('log.index.size.max.bytes'),
  'segment.jitter.ms': [
    { name: 'log.roll.jitter.ms', factor: 1 },
    { name: 'log.roll.jitter.hours', factor: HOUR_MS },
  ],
  'segment.ms': [
    { name: 'log.roll.ms', factor: 1 },
    { name: 'log.roll.hours', factor: HOUR_MS },
  ],
  'unclean.leader.election.enable': same('unclean.leader.election.enable'),
}
