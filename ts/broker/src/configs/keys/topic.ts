// The keys of a topic. What a topic does not set comes from the broker keys named beside it, the most specific first.
import { boolean, double, int, list, LONG_MAX, long, string } from '../kinds.ts'

const live = { dynamic: 'cluster-wide' } as const
const oneLevel = { ...live, without: 'lz4 is written at its default level' } as const
const notTiered = { ...live, without: 'there is no tiered storage yet' } as const
const noCopies = { ...live, without: 'no topic has a second replica yet' } as const

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
    'What happens to old segments: deleted, compacted to the newest record of each key, or both; empty keeps them.',
    { ...live, oneOf: ['compact', 'delete'] },
  ),
  'compression.gzip.level': int(-1, 'Level where gzip is written; -1 is the default of gzip.', {
    ...live,
    min: 1,
    max: 9,
    or: -1,
  }),
  'compression.lz4.level': int(9, 'Level where lz4 is written.', { ...oneLevel, min: 1, max: 17 }),
  'compression.type': string(
    'producer',
    'The codec of stored batches, whatever codec they come with; producer keeps what came.',
    {
      ...live,
      oneOf: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'],
    },
  ),
  'compression.zstd.level': int(3, 'Level where zstd is written.', { ...live, min: -131_072, max: 22 }),
  'delete.retention.ms': long(
    86_400_000,
    'Milliseconds that a compacted topic keeps deletions visible for those who read it from the start.',
    { ...live, min: 0 },
  ),
  'file.delete.delay.ms': long(60_000, 'Milliseconds that deleted files stay for readers.', { ...live, min: 0 }),
  'flush.messages': long(
    1,
    'Records after which the log is synced. 1, the default here, is before the answer; more, as in Kafka, lets it follow the write.',
    { ...live, min: 1 },
  ),
  'flush.ms': long(LONG_MAX, 'Milliseconds after which the log is made durable.', { ...live, min: 0 }),
  'follower.replication.throttled.replicas': list(
    [],
    'Replicas whose copying is slowed down at the follower, as partition:broker; * is all.',
    { ...noCopies, check: throttled },
  ),
  'index.interval.bytes': int(4096, 'Bytes of records between two entries of the offset index.', { ...live, min: 0 }),
  'internal.segment.bytes': int(null, 'A segment size below what segment.bytes allows, for tests.', {
    ...live,
    min: 1,
    hidden: true,
  }),
  'leader.replication.throttled.replicas': list(
    [],
    'Replicas whose copying is slowed down at the leader, as partition:broker; * is all.',
    { ...noCopies, check: throttled },
  ),
  'local.retention.bytes': long(-2, 'Bytes of a partition kept on this disk; -2 is as many as retention says.', {
    ...notTiered,
    min: -2,
  }),
  'local.retention.ms': long(-2, 'Milliseconds that segments stay on this disk; -2 is as long as retention says.', {
    ...notTiered,
    min: -2,
  }),
  'max.compaction.lag.ms': long(LONG_MAX, 'Milliseconds after which a record must be compacted.', {
    ...live,
    min: 1,
  }),
  'max.message.bytes': int(1_048_588, 'The largest record batch in bytes, as it comes compressed.', {
    ...live,
    min: 0,
  }),
  'message.timestamp.after.max.ms': long(3_600_000, 'Milliseconds that a timestamp may lie in the future.', {
    ...live,
    min: 0,
  }),
  'message.timestamp.before.max.ms': long(LONG_MAX, 'Milliseconds that a timestamp may lie in the past.', {
    ...live,
    min: 0,
  }),
  'message.timestamp.type': string(
    'CreateTime',
    'Whose time a record carries: that of its producer or of its append.',
    { ...live, oneOf: ['CreateTime', 'LogAppendTime'] },
  ),
  'message.validation': string('header', 'header checks what protects others; strict walks every record as well.', {
    ...live,
    oneOf: ['header', 'strict'],
  }),
  'min.cleanable.dirty.ratio': double(0.5, 'Share of a log that must be new before it is compacted.', {
    ...live,
    min: 0,
    max: 1,
  }),
  'min.compaction.lag.ms': long(0, 'Milliseconds in which a record is not yet compacted.', {
    ...live,
    min: 0,
  }),
  'min.insync.replicas': int(1, 'Replicas that must have a record before acks=all is answered.', { ...live, min: 1 }),
  preallocate: boolean(false, 'Reserves the space of a segment when it starts.', {
    ...live,
    without: 'file systems of today gain nothing by it',
  }),
  'remote.log.copy.disable': boolean(false, 'Stops copying to remote storage, and keeps reading from it.', notTiered),
  'remote.log.delete.on.disable': boolean(
    false,
    'Deletes what was copied when remote storage is switched off.',
    notTiered,
  ),
  'remote.storage.enable': boolean(false, 'Copies segments to remote storage.', { ...notTiered, only: false }),
  'retention.bytes': long(-1, 'Bytes of a partition above which its oldest segments go; -1 is no limit.', live),
  'retention.ms': long(604_800_000, 'Milliseconds after which a segment is deleted; -1 keeps it.', {
    ...live,
    min: -1,
  }),
  'segment.bytes': int(1_073_741_824, 'Bytes at which a segment is full.', { ...live, min: 1_048_576 }),
  'segment.index.bytes': int(10_485_760, 'Bytes at which an index, and with it its segment, is full.', {
    ...live,
    min: 4,
  }),
  'segment.jitter.ms': long(
    0,
    'Milliseconds that are taken off segment.ms at random, so that partitions do not roll together.',
    {
      ...live,
      min: 0,
    },
  ),
  'segment.ms': long(604_800_000, 'Milliseconds after which a new segment starts.', { ...live, min: 1 }),
  'unclean.leader.election.enable': boolean(
    false,
    'Lets a replica that is behind become leader, and lose records.',
    noCopies,
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
