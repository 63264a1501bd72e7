// The controllers of Kafka, their quorum and their metadata log; and what a broker tells them.
import { boolean, int, list, LONG_MAX, long, string } from '../kinds.ts'

const ownController = { without: 'the broker keeps the metadata itself, without a quorum of controllers' } as const
const hidden = { ...ownController, hidden: true } as const

export const controllerKeys = {
  'controller.quorum.voters': list(
    [],
    'The controllers, as id@host:port, of a quorum that never changes.',
    ownController,
  ),
  'controller.quorum.bootstrap.servers': list([], 'Controllers to ask first, as host:port.', ownController),
  'controller.quorum.auto.join.enable': boolean(false, 'Lets a controller join the quorum by itself.', ownController),
  'controller.quorum.append.linger.ms': int(25, 'Milliseconds that a write waits for others to share its sync.', {
    ...ownController,
    min: 0,
  }),
  'controller.quorum.election.timeout.ms': int(1000, 'Milliseconds without a leader after which an election begins.', {
    ...ownController,
    min: 0,
  }),
  'controller.quorum.election.backoff.max.ms': int(1000, 'Milliseconds at most until a lost election is repeated.', {
    ...ownController,
    min: 0,
  }),
  'controller.quorum.fetch.timeout.ms': int(
    2000,
    'Milliseconds without an answer of the leader after which another is elected.',
    { ...ownController, min: 0 },
  ),
  'controller.quorum.fetch.max.bytes': int(1_048_576, 'Bytes of one fetch between controllers.', {
    ...ownController,
    min: 1,
  }),
  'controller.quorum.fetch.snapshot.max.bytes': int(1_048_576, 'Bytes of one piece of a snapshot that is fetched.', {
    ...ownController,
    min: 1,
  }),
  'controller.quorum.request.timeout.ms': int(2000, 'Milliseconds that a controller waits for an answer.', {
    ...ownController,
    min: 0,
  }),
  'controller.quorum.retry.backoff.ms': int(
    20,
    'Milliseconds until a failed request between controllers is tried again.',
    {
      ...ownController,
      min: 0,
    },
  ),
  'controller.socket.timeout.ms': int(30_000, 'Milliseconds that an answer of the controller may take.', ownController),
  'controller.performance.sample.period.ms': long(
    60_000,
    'Milliseconds between two log lines on how long controllers took.',
    { ...hidden, min: 100 },
  ),
  'controller.performance.always.log.threshold.ms': long(
    2000,
    'Milliseconds after which a controller logs that something took long.',
    { ...hidden, min: 0 },
  ),
  'metadata.log.dir': string(null, 'The folder of the metadata log; the first of log.dirs where unset.', ownController),
  'metadata.log.segment.bytes': int(1_073_741_824, 'Bytes at which a file of the metadata log is full.', {
    ...ownController,
    min: 8_388_608,
  }),
  'metadata.log.segment.ms': long(
    604_800_000,
    'Milliseconds after which a new file of the metadata log starts.',
    ownController,
  ),
  'metadata.log.max.record.bytes.between.snapshots': long(
    20_971_520,
    'Bytes of changes after which a snapshot of the metadata is written.',
    { ...ownController, min: 1 },
  ),
  'metadata.log.max.snapshot.interval.ms': long(
    3_600_000,
    'Milliseconds after which a snapshot of the metadata is written; 0 counts bytes alone.',
    { ...ownController, min: 0 },
  ),
  'metadata.max.idle.interval.ms': int(
    500,
    'Milliseconds between two empty records in the metadata log; 0 writes none.',
    { ...ownController, min: 0 },
  ),
  'metadata.max.retention.bytes': long(
    104_857_600,
    'Bytes of metadata log and snapshots above which the oldest go; -1 is no limit.',
    ownController,
  ),
  'metadata.max.retention.ms': long(
    604_800_000,
    'Milliseconds that files of the metadata log and snapshots are kept.',
    ownController,
  ),
  'internal.metadata.log.segment.bytes': int(null, 'A smaller metadata.log.segment.bytes, for tests.', hidden),
  'internal.metadata.delete.delay.millis': long(60_000, 'Milliseconds that deleted metadata files stay.', hidden),
  'internal.metadata.max.batch.size.in.bytes': int(8_388_608, 'Bytes of a batch in the metadata log.', hidden),
  'broker.heartbeat.interval.ms': int(
    2000,
    'Milliseconds between two reports of a broker to the controller.',
    ownController,
  ),
  'broker.session.timeout.ms': int(
    9000,
    'Milliseconds without a report after which a broker is fenced.',
    ownController,
  ),
  'initial.broker.registration.timeout.ms': int(
    60_000,
    'Milliseconds after which a broker that could not register gives up.',
    ownController,
  ),
  'server.max.startup.time.ms': long(LONG_MAX, 'Milliseconds after which a start that is not done gives up.', {
    ...hidden,
    min: 0,
  }),
} as const
