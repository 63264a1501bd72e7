// Share groups, and the coordinator that keeps what they acknowledged.
import { int, list, short, string } from '../kinds.ts'

const later = { without: 'share groups are not there yet' } as const

export const shareGroupKeys = {
  'group.share.session.timeout.ms': int(
    45_000,
    'Milliseconds without a heartbeat after which a member of a share group is gone.',
    {
      ...later,
      min: 1,
    },
  ),
  'group.share.min.session.timeout.ms': int(45_000, 'The least that a share group may set as its session timeout.', {
    ...later,
    min: 1,
  }),
  'group.share.max.session.timeout.ms': int(60_000, 'The most that a share group may set as its session timeout.', {
    ...later,
    min: 1,
  }),
  'group.share.heartbeat.interval.ms': int(5000, 'Milliseconds between two heartbeats of a member of a share group.', {
    ...later,
    min: 1,
  }),
  'group.share.min.heartbeat.interval.ms': int(
    5000,
    'The least that a share group may set as its heartbeat interval.',
    {
      ...later,
      min: 1,
    },
  ),
  'group.share.max.heartbeat.interval.ms': int(
    15_000,
    'The most that a share group may set as its heartbeat interval.',
    {
      ...later,
      min: 1,
    },
  ),
  'group.share.assignment.interval.ms': int(1000, 'Milliseconds between two assignments of a share group.', {
    ...later,
    dynamic: 'cluster-wide',
    min: 0,
  }),
  'group.share.min.assignment.interval.ms': int(0, 'The least that a share group may set as its assignment interval.', {
    ...later,
    min: 0,
  }),
  'group.share.max.assignment.interval.ms': int(
    15_000,
    'The most that a share group may set as its assignment interval.',
    {
      ...later,
      min: 0,
    },
  ),
  'group.share.assignors': list(['simple'], 'The assignor of the broker for share groups.', later),
  'group.share.max.size': int(200, 'Members of one share group.', { ...later, min: 1, max: 1000 }),
  'group.share.max.share.sessions': int(2000, 'Share sessions that a broker remembers.', { ...later, min: 1 }),
  'group.share.delivery.count.limit': int(5, 'How often a share group is handed a record before it is given up.', {
    ...later,
    min: 2,
    max: 10,
  }),
  'group.share.min.delivery.count.limit': int(2, 'The least that a share group may set as its delivery count limit.', {
    ...later,
    min: 2,
    max: 5,
  }),
  'group.share.max.delivery.count.limit': int(10, 'The most that a share group may set as its delivery count limit.', {
    ...later,
    min: 5,
    max: 25,
  }),
  'group.share.record.lock.duration.ms': int(
    30_000,
    'Milliseconds that a record is held for the member that it was handed to.',
    { ...later, min: 1000, max: 3_600_000 },
  ),
  'group.share.min.record.lock.duration.ms': int(
    15_000,
    'The least that a share group may set as its record lock duration.',
    {
      ...later,
      min: 1000,
      max: 30_000,
    },
  ),
  'group.share.max.record.lock.duration.ms': int(
    60_000,
    'The most that a share group may set as its record lock duration.',
    {
      ...later,
      min: 30_000,
      max: 3_600_000,
    },
  ),
  'group.share.partition.max.record.locks': int(
    2000,
    'Records of a partition that a share group is handed at one time.',
    {
      ...later,
      min: 100,
      max: 10_000,
    },
  ),
  'group.share.min.partition.max.record.locks': int(
    100,
    'The least that a share group may set as its number of record locks.',
    {
      ...later,
      min: 100,
      max: 2000,
    },
  ),
  'group.share.max.partition.max.record.locks': int(
    4000,
    'The most that a share group may set as its number of record locks.',
    {
      ...later,
      min: 2000,
      max: 10_000,
    },
  ),
  'group.share.initialize.retry.interval.ms': int(
    30_000,
    'Milliseconds until setting up a partition for a share group is tried again.',
    {
      ...later,
      min: 1,
      hidden: true,
    },
  ),
  'group.share.persister.class.name': string(
    'org.apache.kafka.server.share.persister.DefaultStatePersister',
    'The Java class that stores what share groups acknowledged.',
    { ...later, hidden: true },
  ),

  'share.coordinator.state.topic.num.partitions': int(50, 'Partitions of the topic of share group state.', {
    ...later,
    min: 1,
  }),
  'share.coordinator.state.topic.replication.factor': short(3, 'Replicas of the topic of share group state.', {
    ...later,
    min: 1,
  }),
  'share.coordinator.state.topic.min.isr': short(2, 'In-sync replicas that the topic of share group state needs.', {
    ...later,
    min: 1,
  }),
  'share.coordinator.state.topic.segment.bytes': int(
    104_857_600,
    'Bytes of a segment of the topic of share group state.',
    {
      ...later,
      min: 1,
    },
  ),
  'share.coordinator.state.topic.compression.codec': int(
    0,
    'Codec of batches in the topic of share group state; 0 is none.',
    later,
  ),
  'share.coordinator.state.topic.prune.interval.ms': int(
    300_000,
    'Milliseconds between two removals of share group state that is out of date.',
    { ...later, min: 1, hidden: true },
  ),
  'share.coordinator.snapshot.update.records.per.snapshot': int(
    500,
    'Changes of share group state that are written before the whole state of a partition is.',
    { ...later, min: 0, max: 500 },
  ),
  'share.coordinator.cold.partition.snapshot.interval.ms': int(
    300_000,
    'Milliseconds after which share group state without changes is written again.',
    { ...later, min: 1, hidden: true },
  ),
  'share.coordinator.append.linger.ms': int(
    -1,
    'Milliseconds that a write of share group state waits for others; -1 adapts to the load.',
    { ...later, min: -1 },
  ),
  'share.coordinator.cached.buffer.max.bytes': int(
    1_048_588,
    'Bytes of a buffer for share group state that are kept for the next.',
    {
      ...later,
      dynamic: 'cluster-wide',
      min: 524_288,
    },
  ),
  'share.coordinator.load.buffer.size': int(5_242_880, 'Bytes read at a time when share group state is replayed.', {
    ...later,
    min: 1,
  }),
  'share.coordinator.threads': int(1, 'Threads of the coordinator of share groups.', { ...later, min: 1 }),
  'share.coordinator.write.timeout.ms': int(
    5000,
    'Milliseconds that a write of share group state may wait for its replicas.',
    {
      ...later,
      min: 1,
    },
  ),
} as const
