// Segments in remote storage, by plug-ins of Kafka.
import { boolean, double, int, LONG_MAX, long, string } from '../kinds.ts'

const later = { without: 'there is no tiered storage yet' } as const
const live = { ...later, dynamic: 'cluster-wide' } as const
const hidden = { ...later, hidden: true } as const

const notEmpty = (text: string): string | null => (text === '' ? 'String must be non-empty' : null)

export const tieredStorageKeys = {
  'remote.log.storage.system.enable': boolean(
    false,
    'Runs tiered storage. Kafka needs plug-ins for it; here true is accepted, and everything stays on this disk.',
    later,
  ),
  'remote.log.storage.manager.class.name': string(null, 'The Java class that copies segments.', {
    ...later,
    check: notEmpty,
  }),
  'remote.log.storage.manager.class.path': string(null, 'Where the Java class is that copies segments.', later),
  'remote.log.storage.manager.impl.prefix': string(
    'rsm.config.',
    'How the keys begin that are for the Java class that copies segments.',
    {
      ...later,
      check: notEmpty,
    },
  ),
  'remote.log.metadata.manager.class.name': string(
    'org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager',
    'The Java class that remembers what was copied.',
    { ...later, check: notEmpty },
  ),
  'remote.log.metadata.manager.class.path': string(
    null,
    'Where the Java class is that remembers what was copied.',
    later,
  ),
  'remote.log.metadata.manager.impl.prefix': string(
    'rlmm.config.',
    'How the keys begin that are for the Java class that remembers what was copied.',
    {
      ...later,
      check: notEmpty,
    },
  ),
  'remote.log.metadata.manager.listener.name': string(
    null,
    'The listener that the class that remembers what was copied connects to.',
    {
      ...later,
      check: notEmpty,
    },
  ),
  'remote.log.metadata.custom.metadata.max.bytes': int(128, 'Bytes that a plug-in may remember of a remote segment.', {
    ...later,
    min: 0,
  }),
  'remote.log.index.file.cache.total.size.bytes': long(
    1_073_741_824,
    'Bytes of indexes of remote segments kept on this disk.',
    {
      ...live,
      min: 1,
    },
  ),
  'remote.log.index.file.cache.ttl.ms': long(
    900_000,
    'Milliseconds that an index of a remote segment is kept unused; -1 has no limit.',
    {
      ...hidden,
      min: -1,
    },
  ),
  'remote.log.manager.task.interval.ms': long(
    30_000,
    'Milliseconds between two looks for what to copy to remote storage or delete there.',
    {
      ...later,
      min: 1,
    },
  ),
  'remote.log.manager.task.retry.backoff.ms': long(
    500,
    'Milliseconds until a failed task of remote storage is tried again, at first.',
    {
      ...hidden,
      min: 1,
    },
  ),
  'remote.log.manager.task.retry.backoff.max.ms': long(
    30_000,
    'Milliseconds until a failed task of remote storage is tried again, at most.',
    { ...hidden, min: 1 },
  ),
  'remote.log.manager.task.retry.jitter': double(
    0.2,
    'Share of the time until a task is tried again that is added at random.',
    {
      ...hidden,
      min: 0,
      max: 0.5,
    },
  ),
  'remote.log.manager.thread.pool.size': int(2, 'Older name of remote.log.manager.follower.thread.pool.size.', {
    ...later,
    min: 1,
  }),
  'remote.log.manager.follower.thread.pool.size': int(
    2,
    'Threads that find where in remote storage a replica begins.',
    {
      ...live,
      min: 1,
    },
  ),
  'remote.log.manager.copier.thread.pool.size': int(10, 'Threads that copy segments to remote storage.', {
    ...live,
    min: 1,
  }),
  'remote.log.manager.expiration.thread.pool.size': int(
    10,
    'Threads that delete what is expired from remote storage.',
    {
      ...live,
      min: 1,
    },
  ),
  'remote.log.manager.copy.max.bytes.per.second': long(
    LONG_MAX,
    'Bytes that are copied to remote storage in a second at most.',
    {
      ...live,
      min: 1,
    },
  ),
  'remote.log.manager.copy.quota.window.num': int(
    11,
    'Spans of time over which copying to remote storage is measured.',
    {
      ...later,
      min: 1,
    },
  ),
  'remote.log.manager.copy.quota.window.size.seconds': int(
    1,
    'Seconds of a span over which copying to remote storage is measured.',
    { ...later, min: 1 },
  ),
  'remote.log.manager.fetch.max.bytes.per.second': long(
    LONG_MAX,
    'Bytes that are fetched from remote storage in a second at most.',
    {
      ...live,
      min: 1,
    },
  ),
  'remote.log.manager.fetch.quota.window.num': int(
    11,
    'Spans of time over which fetching from remote storage is measured.',
    {
      ...later,
      min: 1,
    },
  ),
  'remote.log.manager.fetch.quota.window.size.seconds': int(
    1,
    'Seconds of a span over which fetching from remote storage is measured.',
    { ...later, min: 1 },
  ),
  'remote.log.reader.threads': int(10, 'Threads that read remote segments.', { ...live, min: 1 }),
  'remote.log.reader.max.pending.tasks': int(100, 'Reads that may wait for a thread that reads remote segments.', {
    ...later,
    min: 1,
  }),
  'remote.fetch.max.wait.ms': int(500, 'Milliseconds that a Fetch waits for remote records.', { ...live, min: 1 }),
  'remote.list.offsets.request.timeout.ms': long(30_000, 'Milliseconds that ListOffsets waits for remote storage.', {
    ...live,
    min: 1,
  }),
  'log.local.retention.ms': long(-2, 'Milliseconds that segments stay on this disk; -2 is as long as retention says.', {
    ...live,
    min: -2,
  }),
  'log.local.retention.bytes': long(-2, 'Bytes of a partition kept on this disk; -2 is as many as retention says.', {
    ...live,
    min: -2,
  }),
} as const
