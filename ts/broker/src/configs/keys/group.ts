// The keys of a group, which the newer group protocols read. What a group does not set comes from the broker key of the
// same name behind `group.`.
import { boolean, int, string } from '../kinds.ts'

const live = { dynamic: 'cluster-wide' } as const
const consumer = { ...live, without: 'the consumer group protocol is not there yet' } as const
const share = { ...live, without: 'share groups are not there yet' } as const
const streams = { ...live, without: 'streams groups are not there yet' } as const

// ISO 8601, days and smaller: P1DT2H3M4.5S.
const DURATION = /^by_duration:P(?=\d|T)(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/i

const resetPoint = (text: string): string | null =>
  text === 'latest' || text === 'earliest' || DURATION.test(text)
    ? null
    : 'must be earliest, latest or by_duration:PnDTnHnMn.nS'

/** Every key that a group can have, by name. */
export const groupConfigKeys = {
  'consumer.session.timeout.ms': int(
    45_000,
    'Milliseconds without a heartbeat after which a member of a consumer group is gone.',
    {
      ...consumer,
      min: 1,
    },
  ),
  'consumer.heartbeat.interval.ms': int(5000, 'Milliseconds between two heartbeats of a member of a consumer group.', {
    ...consumer,
    min: 1,
  }),
  'consumer.assignment.interval.ms': int(1000, 'Milliseconds between two assignments of a consumer group.', {
    ...consumer,
    min: 0,
  }),

  'share.session.timeout.ms': int(
    45_000,
    'Milliseconds without a heartbeat after which a member of a share group is gone.',
    {
      ...share,
      min: 1,
    },
  ),
  'share.heartbeat.interval.ms': int(5000, 'Milliseconds between two heartbeats of a member of a share group.', {
    ...share,
    min: 1,
  }),
  'share.assignment.interval.ms': int(1000, 'Milliseconds between two assignments of a share group.', {
    ...share,
    min: 0,
  }),
  'share.auto.offset.reset': string('latest', 'Where a share group begins: earliest, latest, or some time ago.', {
    ...share,
    check: resetPoint,
    allowed: 'earliest, latest or by_duration:PnDTnHnMn.nS',
  }),
  'share.isolation.level': string('read_uncommitted', 'Whether records of open or aborted transactions are seen.', {
    ...share,
    oneOf: ['read_committed', 'read_uncommitted'],
  }),
  'share.delivery.count.limit': int(5, 'How often a record is handed out before it is given up.', {
    ...share,
    min: 2,
  }),
  'share.record.lock.duration.ms': int(30_000, 'Milliseconds that a record is held for one member.', {
    ...share,
    min: 1000,
  }),
  'share.partition.max.record.locks': int(2000, 'Records of a partition that are handed out at one time.', {
    ...share,
    min: 100,
  }),
  'share.renew.acknowledge.enable': boolean(true, 'Lets a member ask for more time for a record.', share),

  'streams.session.timeout.ms': int(
    45_000,
    'Milliseconds without a heartbeat after which a member of a streams group is gone.',
    {
      ...streams,
      min: 1,
    },
  ),
  'streams.heartbeat.interval.ms': int(5000, 'Milliseconds between two heartbeats of a member of a streams group.', {
    ...streams,
    min: 1,
  }),
  'streams.assignment.interval.ms': int(1000, 'Milliseconds between two assignments of a streams group.', {
    ...streams,
    min: 0,
  }),
  'streams.initial.rebalance.delay.ms': int(3000, 'Milliseconds that the first assignment waits for members.', {
    ...streams,
    min: 0,
  }),
  'streams.num.standby.replicas': int(0, 'Standby copies of the state of each task.', { ...streams, min: 0 }),
} as const
