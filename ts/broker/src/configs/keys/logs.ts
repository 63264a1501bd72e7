// Data directories, segments, retention and when bytes reach the disk.
import { boolean, int, list, LONG_MAX, long, string } from '../kinds.ts'

const live = { dynamic: 'cluster-wide' } as const
const unlimitedBelowZero = { not: 0 } as const

export const logKeys = {
  'log.dir': list(['data'], 'Older name of log.dirs. Kafka keeps its data in a folder for temporary files.'),
  'log.dirs': list(null, 'Folders that hold the data; relative ones start at the working directory.'),
  'cordoned.log.dirs': list([], 'Folders of log.dirs that get no new partitions; * is all of them.', {
    dynamic: 'per-broker',
    without: 'new partitions go to the folder with the fewest',
  }),
  'millrace.disk.soft.limit.bytes': long(
    -1,
    'Free bytes of a disk below which the log tells of it; -1 is 5 % of the disk and at most 5 GiB.',
    { ...live, min: -1 },
  ),
  'millrace.disk.hard.limit.bytes': long(
    -1,
    'Free bytes of a disk below which producers are answered KAFKA_STORAGE_ERROR, until there are some more; reading, ' +
      'deleting and committing offsets go on. -1 is 2 % of the disk and at most 1 GiB; 0 refuses nobody.',
    { ...live, min: -1 },
  ),
  'log.segment.bytes': int(1_073_741_824, 'Bytes at which a segment is full.', { ...live, min: 1_048_576 }),
  'log.roll.ms': long(null, 'Milliseconds after which a new segment starts.', { ...live, min: 1 }),
  'log.roll.hours': int(168, 'Hours after which a new segment starts, where log.roll.ms is unset.', { min: 1 }),
  'log.roll.jitter.ms': long(
    null,
    'Milliseconds that are taken off log.roll.ms at random, so that partitions do not roll together.',
    {
      ...live,
      min: 0,
    },
  ),
  'log.roll.jitter.hours': int(
    0,
    'Hours that are taken off log.roll.hours at random, where log.roll.jitter.ms is unset.',
    { min: 0 },
  ),
  'log.retention.ms': long(null, 'Milliseconds after which a segment is deleted; below zero, as -1, keeps it.', {
    ...live,
    ...unlimitedBelowZero,
  }),
  'log.retention.minutes': int(
    null,
    'Minutes after which a segment is deleted, where log.retention.ms is unset.',
    unlimitedBelowZero,
  ),
  'log.retention.hours': int(
    168,
    'Hours after which a segment is deleted, where log.retention.ms and log.retention.minutes are unset.',
    unlimitedBelowZero,
  ),
  'log.retention.bytes': long(-1, 'Bytes of a partition above which its oldest segments go; -1 is no limit.', live),
  'log.retention.check.interval.ms': long(300_000, 'Milliseconds between two looks for what is to be deleted.', {
    min: 1,
  }),
  'log.initial.task.delay.ms': long(
    30_000,
    'Milliseconds from the start to the first look for what is to be deleted.',
    {
      min: 0,
      hidden: true,
      without: 'the first look comes after log.retention.check.interval.ms',
    },
  ),
  'log.cleanup.policy': list(
    ['delete'],
    'What happens to old segments: deleted, compacted to the newest record of each key, or both; empty keeps them.',
    { ...live, oneOf: ['compact', 'delete'] },
  ),
  'log.segment.delete.delay.ms': long(60_000, 'Milliseconds that deleted files stay for readers.', { ...live, min: 0 }),
  'log.index.size.max.bytes': int(10_485_760, 'Bytes at which an index, and with it its segment, is full.', {
    ...live,
    min: 4,
  }),
  'log.index.interval.bytes': int(4096, 'Bytes of records between two entries of the offset index.', {
    ...live,
    min: 0,
  }),
  'log.flush.interval.messages': long(
    1,
    'Records after which the log is synced. 1, the default here, is before the answer; more, as in Kafka, lets it follow the write.',
    { ...live, min: 1 },
  ),
  'log.flush.interval.ms': long(null, 'Milliseconds after which the log is made durable.', live),
  'log.flush.scheduler.interval.ms': long(LONG_MAX, 'What log.flush.interval.ms is where it is unset.'),
  'log.flush.offset.checkpoint.interval.ms': int(60_000, 'Milliseconds between two writes of the recovery point.', {
    min: 0,
  }),
  'log.flush.start.offset.checkpoint.interval.ms': int(60_000, 'Milliseconds between two writes of start offsets.', {
    min: 0,
    without: 'start offsets are written with the recovery point, every log.flush.offset.checkpoint.interval.ms',
  }),
  'log.message.timestamp.type': string(
    'CreateTime',
    'Whose time a record carries: that of its producer or of its append.',
    { ...live, oneOf: ['CreateTime', 'LogAppendTime'] },
  ),
  'log.message.timestamp.before.max.ms': long(LONG_MAX, 'Milliseconds that a timestamp may lie in the past.', {
    ...live,
    min: 0,
  }),
  'log.message.timestamp.after.max.ms': long(3_600_000, 'Milliseconds that a timestamp may lie in the future.', {
    ...live,
    min: 0,
  }),
  'log.preallocate': boolean(false, 'Reserves the space of a segment when it starts.', {
    ...live,
    without: 'file systems of today gain nothing by it',
  }),
  'log.dir.failure.timeout.ms': long(30_000, 'Milliseconds that a failed folder may stay unknown to the controller.', {
    min: 1,
    without: 'the broker is its own controller',
  }),
  'num.recovery.threads.per.data.dir': int(2, 'Logs of a folder that are recovered at one time at start.', {
    ...live,
    min: 1,
    onlyAtStart: 'logs are recovered before settings that were made while running are read',
  }),
  'num.replica.alter.log.dirs.threads': int(null, 'Threads that move partitions between folders.', {
    without: 'partitions do not move between folders yet',
  }),
} as const
