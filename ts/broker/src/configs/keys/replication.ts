// Copies between brokers, and who leads.
import { boolean, int, long, string } from '../kinds.ts'

const later = { without: 'this broker has no peers yet' } as const

export const replicationKeys = {
  'num.replica.fetchers': int(1, 'Connections to each leader that is followed.', {
    ...later,
    dynamic: 'cluster-wide',
    min: 1,
  }),
  'replica.lag.time.max.ms': long(30_000, 'Milliseconds that a replica may be behind and stay in sync.', later),
  'replica.fetch.max.bytes': int(1_048_576, 'Bytes of one partition in a fetch between brokers.', {
    ...later,
    min: 0,
  }),
  'replica.fetch.min.bytes': int(1, 'Bytes that a fetch between brokers waits for.', later),
  'replica.fetch.wait.max.ms': int(500, 'Milliseconds that a fetch between brokers may wait.', later),
  'replica.fetch.backoff.ms': int(1000, 'Milliseconds of rest after a failed fetch between brokers.', {
    ...later,
    min: 0,
  }),
  'replica.fetch.response.max.bytes': int(10_485_760, 'Bytes of one fetch between brokers.', { ...later, min: 0 }),
  'replica.socket.timeout.ms': int(30_000, 'Milliseconds that an answer between brokers may take.', later),
  'replica.socket.receive.buffer.bytes': int(65_536, 'Receive buffer of connections between brokers in bytes.', later),
  'replica.high.watermark.checkpoint.interval.ms': long(5000, 'Milliseconds between two writes of high watermarks.', {
    without: 'the high watermark of a log without copies is its end',
  }),
  'replica.selector.class': string(null, 'The Java class that decides which replica a consumer is sent to.', later),
  'follower.fetch.last.tiered.offset.enable': boolean(
    false,
    'Lets an empty replica begin behind what is in remote storage.',
    { dynamic: 'cluster-wide', without: 'there is no tiered storage yet' },
  ),
  'auto.leader.rebalance.enable': boolean(true, 'Moves leadership back to the preferred replica.', later),
  'leader.imbalance.check.interval.seconds': long(300, 'Seconds between two looks at who should lead.', {
    ...later,
    min: 1,
  }),
  'unclean.leader.election.interval.ms': long(
    300_000,
    'Milliseconds between two looks for partitions that only a replica that is behind could lead.',
    { ...later, min: 1, hidden: true },
  ),
  'controlled.shutdown.enable': boolean(true, 'Moves leadership away before stopping.', later),
} as const
