// The broker's keys: Kafka's own names with Kafka's defaults and bounds, and the few that are ours. A default that differs
// from Kafka's says why in its doc line. Keys that Kafka has and that mean nothing here are in ignored-keys.ts.
import { boolean, double, int, list, LONG_MAX, long, short, string } from './kinds.ts'

const live = { dynamic: 'cluster-wide' } as const
const idle = { effect: 'none' } as const
const liveIdle = { ...live, ...idle } as const

const unlimitedOrPositive = { min: 1, or: -1 } as const
const codecs = ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'] as const

const brokerRole = (roles: readonly string[]): string | null =>
  roles.length > 0 && !roles.includes('broker') ? 'this process is a broker: the list must contain broker' : null

const noAuthorizer = (name: string): string | null =>
  name === ''
    ? null
    : 'no authorizer is provided, and starting without the one that is asked for would leave the broker open'

/** Every key that can stand in server.properties, by name. */
export const brokerKeys = {
  // Who this broker is
  'node.id': int(1, 'The number of this broker, unique in its cluster. Kafka has no default.', { min: 0 }),
  'broker.id': int(-1, 'Older name of node.id; where both are set they must agree.', { min: -1 }),
  'broker.rack': string(
    null,
    'Where this broker stands; clients that read from the nearest replica compare it with theirs.',
  ),
  'process.roles': list(['broker'], 'What this process is. The controller role is part of every broker here.', {
    oneOf: ['broker', 'controller'],
    check: brokerRole,
  }),

  // Where it listens
  listeners: list(
    ['PLAINTEXT://127.0.0.1:9092'],
    'Name, host and port of every listener. Kafka binds all interfaces by default; here that has to be said.',
  ),
  'advertised.listeners': list(null, 'What clients are told to connect to; the listeners themselves where unset.'),
  'listener.security.protocol.map': string(
    'SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
    'The security protocol of each listener by its name.',
  ),
  'inter.broker.listener.name': string(null, 'The listener that other brokers use.', idle),
  'security.inter.broker.protocol': string(
    'PLAINTEXT',
    'The protocol between brokers where no listener name is given.',
    {
      ...idle,
      oneOf: ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'],
    },
  ),
  'controller.listener.names': list([], 'Listeners of a Kafka controller: read, and not bound.'),
  'admin.listener': string(null, 'Host and port of the admin server, guarded like the other listeners.', idle),
  'millrace.insecure': boolean(false, 'Allows listeners that other machines reach without TLS and authentication.'),
  'millrace.workers': int(0, 'Threads that serve connections; 0 is one for each core.', { min: 0, max: 1024 }),
  'authorizer.class.name': string('', 'The authorizer of Kafka; anything but empty is refused.', {
    check: noAuthorizer,
    allowed: 'nothing: no authorizer is provided yet',
  }),

  // Connections and requests
  'socket.request.max.bytes': int(104_857_600, 'The largest request that is read.', { min: 1 }),
  'socket.listen.backlog.size': int(50, 'Connections that may wait to be accepted.', { ...idle, min: 1 }),
  'socket.send.buffer.bytes': int(102_400, 'Send buffer of each connection; -1 leaves it to the system.', {
    ...idle,
    min: -1,
  }),
  'socket.receive.buffer.bytes': int(102_400, 'Receive buffer of each connection; -1 leaves it to the system.', {
    ...idle,
    min: -1,
  }),
  'max.connections': int(2_147_483_647, 'Connections at one time.', { min: 0 }),
  'max.connections.per.ip': int(2_147_483_647, 'Connections at one time from one address.', { min: 0 }),
  'max.connections.per.ip.overrides': string('', 'Other limits for named addresses.', liveIdle),
  'max.connection.creation.rate': int(2_147_483_647, 'New connections in a second.', { ...liveIdle, min: 0 }),
  'connections.max.idle.ms': long(600_000, 'A connection without a request for this long is closed.'),
  'queued.max.requests': int(500, 'Requests that may wait; here one request of a connection is in hand at a time.', {
    ...idle,
    min: 1,
  }),
  'queued.max.request.bytes': long(-1, 'Bytes of requests that may wait; receive buffers have their own bound.', idle),
  'request.timeout.ms': int(30_000, 'How long this broker waits for an answer of another.', idle),
  'num.network.threads': int(3, 'Threads of Kafka; millrace.workers says how many serve connections here.', {
    ...liveIdle,
    min: 1,
  }),
  'num.io.threads': int(8, 'Threads of Kafka; the same threads read, append and answer here.', { ...liveIdle, min: 1 }),
  'background.threads': int(10, 'Threads of Kafka; housekeeping needs none of its own here.', { ...liveIdle, min: 1 }),
  'fetch.max.bytes': int(57_671_680, 'The most that one Fetch is answered with.', { min: 1024 }),
  'max.incremental.fetch.session.cache.slots': int(
    1000,
    'Fetch sessions that are remembered; the engine has a bound of its own.',
    { ...idle, min: 0 },
  ),
  'max.request.partition.size.limit': int(2000, 'Partitions in one answer to DescribeTopicPartitions.', {
    ...idle,
    min: 1,
  }),

  // Topics
  'num.partitions': int(1, 'Partitions of a topic that is created without a count.', { min: 1 }),
  'default.replication.factor': int(1, 'Replicas of a topic that is created without a count.', { min: 1, max: 32_767 }),
  'auto.create.topics.enable': boolean(true, 'Creates a topic when a client names one that is not there.'),
  'delete.topic.enable': boolean(true, 'Allows topics to be deleted.'),
  'min.insync.replicas': int(1, 'Replicas that must have a record before acks=all is answered.', { ...live, min: 1 }),
  'unclean.leader.election.enable': boolean(
    false,
    'Lets a replica that is behind become leader, and lose records.',
    liveIdle,
  ),
  'auto.leader.rebalance.enable': boolean(true, 'Moves leadership back to the preferred replica.', idle),
  'message.max.bytes': int(1_048_588, 'The largest record batch, as it comes compressed.', { ...live, min: 0 }),
  'message.validation': string(
    'header',
    'header checks what protects others: size, CRC, counts, sequence; strict walks every record as well.',
    { ...live, oneOf: ['header', 'strict'] },
  ),
  'compression.type': string(
    'producer',
    'The codec of stored batches. Only producer, which keeps what came, has an effect yet.',
    {
      ...liveIdle,
      oneOf: codecs,
    },
  ),
  'compression.gzip.level': int(-1, 'Level where gzip is written.', { ...liveIdle, min: 1, max: 9, or: -1 }),
  'compression.lz4.level': int(9, 'Level where lz4 is written.', { ...liveIdle, min: 1, max: 17 }),
  'compression.zstd.level': int(3, 'Level where zstd is written.', { ...liveIdle, min: -131_072, max: 22 }),

  // Logs
  'log.dir': list(['data'], 'Older name of log.dirs. Kafka keeps its data in a folder for temporary files.'),
  'log.dirs': list(null, 'Folders that hold the data; relative ones start at the working directory.'),
  'log.segment.bytes': int(1_073_741_824, 'Size at which a segment is full.', { ...live, min: 1_048_576 }),
  'log.roll.ms': long(null, 'Age at which a new segment starts.', { ...live, min: 1 }),
  'log.roll.hours': int(168, 'The same in hours, where log.roll.ms is unset.', { min: 1 }),
  'log.roll.jitter.ms': long(null, 'Spread of that age, so that partitions do not roll together.', { ...live, min: 0 }),
  'log.roll.jitter.hours': int(0, 'The same in hours, where log.roll.jitter.ms is unset.', { min: 0 }),
  'log.retention.ms': long(null, 'Age at which a segment is deleted; -1 keeps it.', {
    ...live,
    ...unlimitedOrPositive,
  }),
  'log.retention.minutes': int(null, 'The same in minutes, where log.retention.ms is unset.', unlimitedOrPositive),
  'log.retention.hours': int(168, 'The same in hours, where the two others are unset.', unlimitedOrPositive),
  'log.retention.bytes': long(-1, 'Size of a partition above which its oldest segments go; -1 is no limit.', live),
  'log.retention.check.interval.ms': long(300_000, 'How often retention looks.', { min: 1 }),
  'log.cleanup.policy': list(
    ['delete'],
    'What happens to old segments: deleted or compacted. Compaction is not there yet: what is compacted is kept whole.',
    {
      ...live,
      oneOf: ['compact', 'delete'],
    },
  ),
  'log.segment.delete.delay.ms': long(60_000, 'How long deleted files stay for readers.', { ...live, min: 0 }),
  'log.index.size.max.bytes': int(10_485_760, 'Bound of an index file.', { ...live, min: 4 }),
  'log.index.interval.bytes': int(4096, 'Bytes between two entries of the offset index.', { ...live, min: 0 }),
  'log.flush.interval.messages': long(
    1,
    'Records after which the log is synced. 1, the default here, asks for that before the answer; until there is a ' +
      'write-ahead log, an answer follows the write, whatever this says.',
    { ...liveIdle, min: 1 },
  ),
  'log.flush.interval.ms': long(null, 'Time after which the log is made durable.', liveIdle),
  'log.flush.scheduler.interval.ms': long(LONG_MAX, 'The same, where log.flush.interval.ms is unset.', idle),
  'log.flush.offset.checkpoint.interval.ms': int(60_000, 'How often the recovery point is written.', {
    ...idle,
    min: 0,
  }),
  'log.flush.start.offset.checkpoint.interval.ms': int(60_000, 'How often start offsets are written.', {
    ...idle,
    min: 0,
  }),
  'log.message.timestamp.type': string(
    'CreateTime',
    'Whose time a record carries: that of its producer or of its append.',
    {
      ...live,
      oneOf: ['CreateTime', 'LogAppendTime'],
    },
  ),
  'log.message.timestamp.before.max.ms': long(LONG_MAX, 'How far in the past a timestamp may lie.', {
    ...live,
    min: 0,
  }),
  'log.message.timestamp.after.max.ms': long(3_600_000, 'How far in the future a timestamp may lie.', {
    ...live,
    min: 0,
  }),
  'log.preallocate': boolean(false, 'Reserves the space of a segment when it starts.', liveIdle),
  'log.dir.failure.timeout.ms': long(30_000, 'Kafka: how long a failed folder may go unreported.', { ...idle, min: 1 }),
  'num.recovery.threads.per.data.dir': int(2, 'Logs of a folder that are recovered at one time at start.', { min: 1 }),
  'log.cleaner.enable': boolean(true, 'Runs compaction.', idle),
  'log.cleaner.threads': int(1, 'Threads of compaction.', { ...liveIdle, min: 0 }),
  'log.cleaner.backoff.ms': long(15_000, 'Pause of compaction when nothing is to be done.', { ...liveIdle, min: 0 }),
  'log.cleaner.dedupe.buffer.size': long(134_217_728, 'Memory for keys while compacting.', liveIdle),
  'log.cleaner.io.buffer.size': int(524_288, 'Memory for bytes while compacting.', { ...liveIdle, min: 0 }),
  'log.cleaner.io.buffer.load.factor': double(0.9, 'How full the memory for keys may become.', liveIdle),
  'log.cleaner.io.max.bytes.per.second': double(
    Number.MAX_VALUE,
    'Bytes that compaction may move in a second.',
    liveIdle,
  ),
  'log.cleaner.delete.retention.ms': long(86_400_000, 'How long a compacted topic keeps deletions visible.', {
    ...liveIdle,
    min: 0,
  }),
  'log.cleaner.min.cleanable.ratio': double(0.5, 'Share of a log that must be new before it is compacted.', {
    ...liveIdle,
    min: 0,
    max: 1,
  }),
  'log.cleaner.min.compaction.lag.ms': long(0, 'Age before which a record is not compacted.', { ...liveIdle, min: 0 }),
  'log.cleaner.max.compaction.lag.ms': long(LONG_MAX, 'Age at which a record must be compacted.', {
    ...liveIdle,
    min: 1,
  }),
  'log.local.retention.ms': long(-2, 'Tiered storage: age kept on this disk.', { ...liveIdle, min: -2 }),
  'log.local.retention.bytes': long(-2, 'Tiered storage: size kept on this disk.', { ...liveIdle, min: -2 }),

  // Producers and transactions
  'producer.id.expiration.ms': int(86_400_000, 'How long the sequence of an idle producer is remembered.', { min: 1 }),
  'transactional.id.expiration.ms': int(604_800_000, 'How long an idle transactional id is remembered.', {
    ...idle,
    min: 1,
  }),
  'transaction.max.timeout.ms': int(900_000, 'The longest timeout that a producer may ask for.', { ...idle, min: 1 }),
  'transaction.state.log.num.partitions': int(50, 'Partitions of the topic of transactions.', { ...idle, min: 1 }),
  'transaction.state.log.replication.factor': short(3, 'Replicas of the topic of transactions.', { ...idle, min: 1 }),
  'transaction.state.log.min.isr': int(2, 'In-sync replicas that the topic of transactions needs.', {
    ...idle,
    min: 1,
  }),
  'transaction.state.log.segment.bytes': int(104_857_600, 'Segment size of the topic of transactions.', {
    ...idle,
    min: 1,
  }),
  'transaction.partition.verification.enable': boolean(
    true,
    'Checks that a partition belongs to its transaction.',
    liveIdle,
  ),

  // Groups and their offsets
  'group.initial.rebalance.delay.ms': int(3000, 'How long the first rebalance of an empty group waits for members.', {
    min: 0,
  }),
  'group.min.session.timeout.ms': int(6000, 'The shortest session timeout that a member may ask for.', { min: 1 }),
  'group.max.session.timeout.ms': int(1_800_000, 'The longest session timeout that a member may ask for.', { min: 1 }),
  'group.max.size': int(2_147_483_647, 'Members of one group.', { min: 1 }),
  'group.coordinator.rebalance.protocols': list(
    ['classic'],
    'Group protocols that are served. Kafka lists consumer and streams too; here they are not there yet.',
    { ...idle, oneOf: ['classic', 'consumer', 'share', 'streams'] },
  ),
  'offset.metadata.max.bytes': int(4096, 'Longest text that a commit may carry.', { min: 0 }),
  'offsets.commit.timeout.ms': int(5000, 'How long a commit may wait for its append.', { ...idle, min: 1 }),
  'offsets.load.buffer.size': int(5_242_880, 'Bytes read at a time when group state is replayed.', { ...idle, min: 1 }),
  'offsets.retention.minutes': int(10_080, 'How long offsets of a group without members are kept.', { min: 1 }),
  'offsets.retention.check.interval.ms': long(600_000, 'How often expired offsets are looked for.', { min: 1 }),
  'offsets.topic.num.partitions': int(50, 'Partitions of the topic of committed offsets.', { min: 1 }),
  'offsets.topic.replication.factor': short(
    3,
    'Replicas of the topic of committed offsets, as far as there are brokers; in Kafka its creation fails with fewer.',
    { min: 1 },
  ),
  'offsets.topic.segment.bytes': int(104_857_600, 'Segment size of the topic of committed offsets.', { min: 1 }),
  'offsets.topic.compression.codec': int(0, 'Codec of batches in that topic; 0 is none.', { ...idle, min: 0, max: 4 }),

  // Replication between brokers
  'num.replica.fetchers': int(1, 'Connections to each leader that is followed.', { ...liveIdle, min: 1 }),
  'replica.lag.time.max.ms': long(30_000, 'How long a replica may be behind and stay in sync.', idle),
  'replica.fetch.max.bytes': int(1_048_576, 'Bytes of one partition in a fetch between brokers.', { ...idle, min: 0 }),
  'replica.fetch.min.bytes': int(1, 'Bytes that a fetch between brokers waits for.', idle),
  'replica.fetch.wait.max.ms': int(500, 'How long a fetch between brokers may wait.', idle),
  'replica.fetch.backoff.ms': int(1000, 'Pause after a failed fetch between brokers.', { ...idle, min: 0 }),
  'replica.fetch.response.max.bytes': int(10_485_760, 'Bytes of one fetch between brokers.', { ...idle, min: 0 }),
  'replica.socket.timeout.ms': int(30_000, 'Timeout of connections between brokers.', idle),
  'replica.socket.receive.buffer.bytes': int(65_536, 'Receive buffer of connections between brokers.', idle),
  'replica.high.watermark.checkpoint.interval.ms': long(5000, 'How often high watermarks are written.', idle),
  'replica.selector.class': string(null, 'Which replica a consumer is sent to.', idle),
  'controlled.shutdown.enable': boolean(true, 'Moves leadership away before stopping.', idle),
  'broker.heartbeat.interval.ms': int(2000, 'How often a broker reports to the controller.', idle),
  'broker.session.timeout.ms': int(9000, 'After how long without a report a broker is fenced.', idle),
  'leader.imbalance.check.interval.seconds': long(300, 'How often preferred leaders are looked at.', {
    ...idle,
    min: 1,
  }),
} as const
