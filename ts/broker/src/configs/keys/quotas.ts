// How much clients, copies and administrators may do, and how that is measured.
import { className, int, long } from '../kinds.ts'

const later = { without: 'there are no quotas yet' } as const
const noPeers = { without: 'this broker has no peers yet' } as const
const noMoves = { without: 'partitions do not move between folders yet' } as const

export const quotaKeys = {
  'quota.window.num': int(11, 'Spans of time over which the rate of a client is measured.', { ...later, min: 1 }),
  'quota.window.size.seconds': int(1, 'Seconds of a span over which the rate of a client is measured.', {
    ...later,
    min: 1,
  }),
  'replication.quota.window.num': int(11, 'Spans of time over which the rate of copying is measured.', {
    ...noPeers,
    min: 1,
  }),
  'replication.quota.window.size.seconds': int(1, 'Seconds of a span over which the rate of copying is measured.', {
    ...noPeers,
    min: 1,
  }),
  'alter.log.dirs.replication.quota.window.num': int(11, 'Spans over which the rate of moves on disk is measured.', {
    ...noMoves,
    min: 1,
  }),
  'alter.log.dirs.replication.quota.window.size.seconds': int(
    1,
    'Seconds of a span over which the rate of moves on disk is measured.',
    { ...noMoves, min: 1 },
  ),
  'controller.quota.window.num': int(11, 'Spans over which creating and deleting of partitions is measured.', {
    ...later,
    min: 1,
  }),
  'controller.quota.window.size.seconds': int(
    1,
    'Seconds of a span over which creating and deleting of partitions is measured.',
    { ...later, min: 1 },
  ),
  'client.quota.callback.class': className(null, 'The Java class that decides on the quota of a client.', {
    without: 'it names a Java class',
  }),
} as const

/** Limits that Kafka keeps out of its files: set while it runs, and listed where they are set. */
export const throttleKeys = {
  'leader.replication.throttled.rate': long(
    null,
    'Bytes that a leader sends in a second to replicas that are slowed down.',
    { ...noPeers, min: 0, dynamic: 'cluster-wide', hidden: true },
  ),
  'follower.replication.throttled.rate': long(null, 'Bytes that replicas that are slowed down take in a second.', {
    ...noPeers,
    min: 0,
    dynamic: 'cluster-wide',
    hidden: true,
  }),
  'replica.alter.log.dirs.io.max.bytes.per.second': long(null, 'Bytes that are moved between folders in a second.', {
    ...noMoves,
    min: 0,
    dynamic: 'cluster-wide',
    hidden: true,
  }),
} as const
