// How topics are made, and what a topic without a setting of its own takes over.
import { boolean, int, string } from '../kinds.ts'

const live = { dynamic: 'cluster-wide' } as const
const oneLevel = { ...live, without: 'lz4 is written at its default level' } as const
const codecs = ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'] as const

export const topicDefaultKeys = {
  'num.partitions': int(1, 'Partitions of a topic that is created without a count.', { min: 1 }),
  'default.replication.factor': int(1, 'Replicas of a topic that is created without a count.', { min: 1, max: 32_767 }),
  'auto.create.topics.enable': boolean(true, 'Creates a topic when a client names one that is not there.'),
  'delete.topic.enable': boolean(true, 'Allows topics to be deleted.'),
  'min.insync.replicas': int(1, 'Replicas that must have a record before acks=all is answered.', { ...live, min: 1 }),
  'unclean.leader.election.enable': boolean(false, 'Lets a replica that is behind become leader, and lose records.', {
    ...live,
    without: 'no topic has a second replica yet',
  }),
  'message.max.bytes': int(1_048_588, 'The largest record batch in bytes, as it comes compressed.', {
    ...live,
    min: 0,
  }),
  'message.validation': string(
    'header',
    'header checks what protects others: size, CRC, counts, sequence; strict walks every record as well.',
    { ...live, oneOf: ['header', 'strict'] },
  ),
  'compression.type': string(
    'producer',
    'The codec of stored batches, whatever codec they come with; producer keeps what came.',
    {
      ...live,
      oneOf: codecs,
    },
  ),
  'compression.gzip.level': int(-1, 'Level where gzip is written; -1 is the default of gzip.', {
    ...live,
    min: 1,
    max: 9,
    or: -1,
  }),
  'compression.lz4.level': int(9, 'Level where lz4 is written.', { ...oneLevel, min: 1, max: 17 }),
  'compression.zstd.level': int(3, 'Level where zstd is written.', { ...live, min: -131_072, max: 22 }),
} as const
