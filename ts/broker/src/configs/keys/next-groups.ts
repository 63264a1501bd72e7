// Groups of the newer protocols, where the broker assigns: consumer groups and streams groups.
import { int, list, string } from '../kinds.ts'

const consumer = { without: 'the consumer group protocol is not there yet' } as const
const streams = { without: 'streams groups are not there yet' } as const

export const nextGroupKeys = {
  'group.consumer.session.timeout.ms': int(
    45_000,
    'Milliseconds without a heartbeat after which a member of a consumer group is gone.',
    {
      ...consumer,
      min: 1,
    },
  ),
  'group.consumer.min.session.timeout.ms': int(
    45_000,
    'The least that a consumer group may set as its session timeout.',
    {
      ...consumer,
      min: 1,
    },
  ),
  'group.consumer.max.session.timeout.ms': int(
    60_000,
    'The most that a consumer group may set as its session timeout.',
    {
      ...consumer,
      min: 1,
    },
  ),
  'group.consumer.heartbeat.interval.ms': int(
    5000,
    'Milliseconds between two heartbeats of a member of a consumer group.',
    {
      ...consumer,
      min: 1,
    },
  ),
  'group.consumer.min.heartbeat.interval.ms': int(
    5000,
    'The least that a consumer group may set as its heartbeat interval.',
    {
      ...consumer,
      min: 1,
    },
  ),
  'group.consumer.max.heartbeat.interval.ms': int(
    15_000,
    'The most that a consumer group may set as its heartbeat interval.',
    {
      ...consumer,
      min: 1,
    },
  ),
  'group.consumer.assignment.interval.ms': int(1000, 'Milliseconds between two assignments of a consumer group.', {
    ...consumer,
    dynamic: 'cluster-wide',
    min: 0,
  }),
  'group.consumer.min.assignment.interval.ms': int(
    0,
    'The least that a consumer group may set as its assignment interval.',
    {
      ...consumer,
      min: 0,
    },
  ),
  'group.consumer.max.assignment.interval.ms': int(
    15_000,
    'The most that a consumer group may set as its assignment interval.',
    { ...consumer, min: 0 },
  ),
  'group.consumer.max.size': int(2_147_483_647, 'Members of one consumer group.', { ...consumer, min: 1 }),
  'group.consumer.assignors': list(['uniform', 'range'], 'Assignors of the broker, the default first.', consumer),
  'group.consumer.migration.policy': string(
    'bidirectional',
    'Whether a group that is in use may change between the classic protocol and this one: upgrade, downgrade, both, none.',
    { ...consumer, oneOf: ['DISABLED', 'DOWNGRADE', 'UPGRADE', 'BIDIRECTIONAL'], ignoreCase: true },
  ),
  'group.consumer.regex.refresh.interval.ms': int(
    600_000,
    'Milliseconds between two looks for topics that match the patterns of a group.',
    { ...consumer, min: 10_000, hidden: true },
  ),

  'group.streams.session.timeout.ms': int(
    45_000,
    'Milliseconds without a heartbeat after which a member of a streams group is gone.',
    {
      ...streams,
      min: 1,
    },
  ),
  'group.streams.min.session.timeout.ms': int(
    45_000,
    'The least that a streams group may set as its session timeout.',
    {
      ...streams,
      min: 1,
    },
  ),
  'group.streams.max.session.timeout.ms': int(60_000, 'The most that a streams group may set as its session timeout.', {
    ...streams,
    min: 1,
  }),
  'group.streams.heartbeat.interval.ms': int(
    5000,
    'Milliseconds between two heartbeats of a member of a streams group.',
    {
      ...streams,
      min: 1,
    },
  ),
  'group.streams.min.heartbeat.interval.ms': int(
    5000,
    'The least that a streams group may set as its heartbeat interval.',
    {
      ...streams,
      min: 1,
    },
  ),
  'group.streams.max.heartbeat.interval.ms': int(
    15_000,
    'The most that a streams group may set as its heartbeat interval.',
    {
      ...streams,
      min: 1,
    },
  ),
  'group.streams.assignment.interval.ms': int(1000, 'Milliseconds between two assignments of a streams group.', {
    ...streams,
    dynamic: 'cluster-wide',
    min: 0,
  }),
  'group.streams.min.assignment.interval.ms': int(
    0,
    'The least that a streams group may set as its assignment interval.',
    {
      ...streams,
      min: 0,
    },
  ),
  'group.streams.max.assignment.interval.ms': int(
    15_000,
    'The most that a streams group may set as its assignment interval.',
    {
      ...streams,
      min: 0,
    },
  ),
  'group.streams.initial.rebalance.delay.ms': int(
    3000,
    'Milliseconds that the first assignment of a new group waits for members.',
    { ...streams, min: 0 },
  ),
  'group.streams.max.size': int(2_147_483_647, 'Members of one streams group.', { ...streams, min: 1 }),
  'group.streams.num.standby.replicas': int(0, 'Standby copies of the state of each task.', { ...streams, min: 0 }),
  'group.streams.max.standby.replicas': int(2, 'The most standby copies that a streams group may set.', {
    ...streams,
    min: 0,
  }),
} as const
