// Keys of Kafka that a server.properties may hold and that have no meaning here: recognised, so that nobody is sent
// looking for a typing mistake, and listed once at start.

export interface IgnoredFamily {
  readonly why: string
  readonly names: readonly string[]
  /** Whole families that Kafka leaves to plug-ins. */
  readonly prefixes: readonly string[]
}

export const ignoredFamilies: readonly IgnoredFamily[] = [
  {
    why: 'they configure the Java virtual machine or name Java classes',
    names: [
      'alter.config.policy.class.name',
      'client.quota.callback.class',
      'config.providers',
      'create.topic.policy.class.name',
      'kafka.metrics.polling.interval.secs',
      'kafka.metrics.reporters',
      'metric.reporters',
      'metrics.num.samples',
      'metrics.recording.level',
      'metrics.sample.window.ms',
      'principal.builder.class',
      'security.providers',
    ],
    prefixes: ['config.providers.', 'metrics.jmx.'],
  },
  {
    why: 'metadata is kept by the broker itself, without a quorum of Kafka controllers',
    names: [
      'controller.socket.timeout.ms',
      'early.start.listeners',
      'initial.broker.registration.timeout.ms',
      'metadata.log.dir',
      'metadata.log.max.record.bytes.between.snapshots',
      'metadata.log.max.snapshot.interval.ms',
      'metadata.log.segment.bytes',
      'metadata.log.segment.ms',
      'metadata.max.idle.interval.ms',
      'metadata.max.retention.bytes',
      'metadata.max.retention.ms',
      'sasl.mechanism.controller.protocol',
      'server.max.startup.time.ms',
    ],
    prefixes: ['controller.quorum.', 'controller.quota.', 'controller.performance.', 'internal.metadata.'],
  },
  {
    why: 'nothing needs them in this design',
    names: [
      'add.partitions.to.txn.retry.backoff.max.ms',
      'add.partitions.to.txn.retry.backoff.ms',
      'cordoned.log.dirs',
      'delete.records.purgatory.purge.interval.requests',
      'fetch.purgatory.purge.interval.requests',
      'group.coordinator.append.linger.ms',
      'group.coordinator.background.threads',
      'group.coordinator.cached.buffer.max.bytes',
      'group.coordinator.threads',
      'log.initial.task.delay.ms',
      'num.replica.alter.log.dirs.threads',
      'producer.id.expiration.check.interval.ms',
      'producer.purgatory.purge.interval.requests',
      'share.fetch.purgatory.purge.interval.requests',
      'socket.connection.setup.timeout.max.ms',
      'socket.connection.setup.timeout.ms',
      'transaction.abort.timed.out.transaction.cleanup.interval.ms',
      'transaction.remove.expired.transaction.cleanup.interval.ms',
      'transaction.state.log.load.buffer.size',
      'transaction.two.phase.commit.enable',
      'unclean.leader.election.interval.ms',
      'unstable.api.versions.enable',
      'unstable.feature.versions.enable',
    ],
    prefixes: [],
  },
  {
    why: 'TLS, SASL, authorization and delegation tokens are not there yet',
    names: [
      'allow.everyone.if.no.acl.found',
      'connection.failed.authentication.delay.ms',
      'connections.max.reauth.ms',
      'super.users',
    ],
    prefixes: ['sasl.', 'ssl.', 'listener.name.', 'delegation.token.'],
  },
  {
    why: 'quotas and telemetry are not there yet',
    names: ['telemetry.max.bytes'],
    prefixes: ['quota.window.', 'replication.quota.', 'alter.log.dirs.replication.quota.'],
  },
  {
    why: 'share groups, streams groups, the consumer group protocol and tiered storage are not there yet',
    names: ['follower.fetch.last.tiered.offset.enable'],
    prefixes: [
      'group.share.',
      'share.coordinator.',
      'group.streams.',
      'group.consumer.',
      'remote.',
      'rlmm.config.',
      'rsm.config.',
    ],
  },
]

/** Why a key has no meaning here; null for a key that is not one of these. */
export const whyIgnored = (name: string): string | null =>
  ignoredFamilies.find(
    (family) => family.names.includes(name) || family.prefixes.some((prefix) => name.startsWith(prefix)),
  )?.why ?? null
