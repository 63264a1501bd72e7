// Connections, requests, and the threads that serve them.
import { int, long, string } from '../kinds.ts'
import { addressLimits } from '../address-limits.ts'

const live = { dynamic: 'cluster-wide' } as const
const ownThreads = { without: 'millrace.workers says how many threads serve here', ...live } as const
const noPeers = { without: 'this broker has no peers yet' } as const
const noPurgatory = {
  without: 'a request that waits is woken and dropped at once, so nothing has to be purged',
} as const

export const connectionKeys = {
  'socket.request.max.bytes': int(104_857_600, 'The largest request that is read, in bytes.', { min: 1 }),
  'socket.listen.backlog.size': int(50, 'Connections that may wait to be accepted.', {
    min: 1,
    without: 'listeners use the limit of the system',
  }),
  'socket.send.buffer.bytes': int(102_400, 'Send buffer of each connection in bytes; -1 leaves it to the system.', {
    min: -1,
    without: 'the system sizes it, which suits fast networks better',
  }),
  'socket.receive.buffer.bytes': int(
    102_400,
    'Receive buffer of each connection in bytes; -1 leaves it to the system.',
    { min: -1, without: 'the system sizes it, which suits fast networks better' },
  ),
  'max.connections': int(2_147_483_647, 'Connections at one time; one more is closed as it comes.', {
    ...live,
    min: 0,
  }),
  'max.connections.per.ip': int(2_147_483_647, 'Connections at one time from one address.', { ...live, min: 0 }),
  'max.connections.per.ip.overrides': string('', 'Other limits for named addresses, as address:limit with commas.', {
    ...live,
    check: (text) => addressLimits(text).problem,
    allowed: 'address:limit, with commas between',
  }),
  'max.connection.creation.rate': int(2_147_483_647, 'New connections in a second.', {
    ...live,
    min: 0,
    without: 'new connections are not counted by time yet',
  }),
  'connections.max.idle.ms': long(600_000, 'Milliseconds without a request after which a connection is closed.'),
  'connection.failed.authentication.delay.ms': int(100, 'Milliseconds until a failed login is answered by a close.', {
    min: 0,
    without: 'there is no authentication yet',
  }),
  'connections.max.reauth.ms': long(0, 'Milliseconds after which a client has to log in again; 0 is never.', {
    without: 'there is no authentication yet',
  }),
  'queued.max.requests': int(500, 'Requests that may wait for a thread.', {
    min: 1,
    without: 'one request of a connection is in hand at a time, so there is no common queue',
  }),
  'queued.max.request.bytes': long(-1, 'Bytes of requests that may wait; -1 is no limit.', {
    without: 'receive buffers have a bound of their own',
  }),
  'request.timeout.ms': int(30_000, 'Milliseconds that this broker waits for an answer of another.', noPeers),
  'socket.connection.setup.timeout.ms': long(
    10_000,
    'Milliseconds for connecting to another broker, at the first try.',
    noPeers,
  ),
  'socket.connection.setup.timeout.max.ms': long(
    30_000,
    'Milliseconds for connecting to another broker, at the last try.',
    noPeers,
  ),
  'num.network.threads': int(3, 'Threads of Kafka that read and write each listener.', { ...ownThreads, min: 1 }),
  'num.io.threads': int(8, 'Threads of Kafka that handle requests and disks.', { ...ownThreads, min: 1 }),
  'background.threads': int(10, 'Threads of Kafka for housekeeping.', {
    ...live,
    min: 1,
    without: 'housekeeping has one thread, which is enough',
  }),
  'fetch.max.bytes': int(57_671_680, 'The most bytes that one Fetch is answered with.', { min: 1024 }),
  'max.incremental.fetch.session.cache.slots': int(1000, 'Fetch sessions that are remembered.', {
    min: 0,
    without: 'the engine has a bound of its own',
  }),
  'max.request.partition.size.limit': int(2000, 'Partitions in one answer to DescribeTopicPartitions.', {
    min: 1,
    without: 'that API is not there yet',
  }),
  'fetch.purgatory.purge.interval.requests': int(1000, 'Waiting fetches between two clean-ups.', noPurgatory),
  'producer.purgatory.purge.interval.requests': int(
    1000,
    'Waiting produce requests between two clean-ups.',
    noPurgatory,
  ),
  'delete.records.purgatory.purge.interval.requests': int(
    1,
    'Waiting record deletions between two clean-ups.',
    noPurgatory,
  ),
  'share.fetch.purgatory.purge.interval.requests': int(
    1000,
    'Waiting share fetches between two clean-ups.',
    noPurgatory,
  ),
} as const
