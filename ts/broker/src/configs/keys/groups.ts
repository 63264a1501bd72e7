// Classic groups, their committed offsets, and the coordinator of every kind of group.
import { int, list, long, short } from '../kinds.ts'

const ownThread = { without: 'the coordinator is a part of the control plane and needs no threads of its own' } as const
const ownBatches = { without: 'what is decided in one turn of the event loop is one batch' } as const

export const groupKeys = {
  'group.initial.rebalance.delay.ms': int(
    3000,
    'Milliseconds that the first rebalance of an empty group waits for members.',
    { min: 0 },
  ),
  'group.min.session.timeout.ms': int(6000, 'Milliseconds that a member may ask for as its session at least.', {
    min: 1,
  }),
  'group.max.session.timeout.ms': int(1_800_000, 'Milliseconds that a member may ask for as its session at most.', {
    min: 1,
  }),
  'group.max.size': int(2_147_483_647, 'Members of one group.', { min: 1 }),
  'group.coordinator.rebalance.protocols': list(
    ['classic'],
    'Group protocols that are served. Kafka lists consumer and streams too; here they are not there yet.',
    { oneOf: ['consumer', 'classic', 'share', 'streams'], without: 'classic is the only one there is' },
  ),
  'group.coordinator.threads': int(4, 'Threads that handle requests of groups.', { ...ownThread, min: 1 }),
  'group.coordinator.background.threads': int(2, 'Threads for what groups can do later.', { ...ownThread, min: 1 }),
  'group.coordinator.append.linger.ms': int(
    -1,
    'Milliseconds that a write of group state waits for others; -1 adapts to the load.',
    { ...ownBatches, min: -1 },
  ),
  'group.coordinator.cached.buffer.max.bytes': int(
    1_048_588,
    'Bytes of a buffer for group state that are kept for the next.',
    {
      dynamic: 'cluster-wide',
      min: 524_288,
      without: 'write buffers are not kept',
    },
  ),

  'offset.metadata.max.bytes': int(4096, 'Characters of the text that a commit may carry.', { min: 0 }),
  'offsets.commit.timeout.ms': int(5000, 'Milliseconds that a commit may wait for its replicas.', {
    min: 1,
    without: 'there is no second replica to wait for yet',
  }),
  'offsets.load.buffer.size': int(5_242_880, 'Bytes read at a time when group state is replayed.', {
    min: 1,
    without: 'the engine reads in pieces of its own size',
  }),
  'offsets.retention.minutes': int(10_080, 'Minutes that offsets of a group without members are kept.', { min: 1 }),
  'offsets.retention.check.interval.ms': long(600_000, 'Milliseconds between two looks for expired offsets.', {
    min: 1,
  }),
  'offsets.topic.num.partitions': int(50, 'Partitions of the topic of committed offsets.', { min: 1 }),
  'offsets.topic.replication.factor': short(
    3,
    'Replicas of the topic of committed offsets, as far as there are brokers; in Kafka its creation fails with fewer.',
    { min: 1 },
  ),
  'offsets.topic.segment.bytes': int(104_857_600, 'Bytes of a segment of the topic of committed offsets.', { min: 1 }),
  'offsets.topic.compression.codec': int(0, 'Codec of batches in the topic of committed offsets; 0 is none.', {
    min: 0,
    max: 4,
    without: 'they are written uncompressed',
  }),
} as const
