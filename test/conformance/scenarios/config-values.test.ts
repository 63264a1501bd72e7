// What the keys of topics, brokers, groups and subscriptions may be set to, alone and together. Nothing is set: each change is only validated.
import { describeConfigs } from 'millrace/messages/32-describe-configs.js'
import { alterConfigs } from 'millrace/messages/33-alter-configs.js'
import { incrementalAlterConfigs } from 'millrace/messages/44-incremental-alter-configs.js'
import { scenarios, type Stage } from './scenario.ts'

const scenario = scenarios('config-values')
const TOPIC = 2
const BROKER = 4
const LOGGER = 8
const CLIENT_METRICS = 16
const GROUP = 32
const [SET, DELETE, APPEND, SUBTRACT] = [0, 1, 2, 3]

type Settings = Readonly<Record<string, string>>

/** One request for each line; the settings of a line are validated together. */
const setting = async (
  { transcript, peer }: Stage,
  resourceType: number,
  resourceName: string,
  lines: readonly Settings[],
): Promise<void> => {
  const on = await peer()
  for (const line of lines) {
    const configs = Object.entries(line).map(([name, value]) => ({ name, value, configOperation: SET ?? -1 }))
    const what = configs.map(({ name, value }) => `${name}=${value}`).join(' ')
    const resources = [{ resourceType, resourceName, configs }]
    await transcript.call(on, `${resourceName}: ${what}`, incrementalAlterConfigs, 1, { resources, validateOnly: true })
  }
}

/** One key with each of several values. */
const each = (name: string, ...values: readonly string[]): readonly Settings[] =>
  values.map((value) => ({ [name]: value }))

scenario('topics', { rows: [31] }, async (stage) => {
  await stage.topic('t')
  await setting(stage, TOPIC, 't', [
    ...each('cleanup.policy', '', 'delete,delete', ' delete , compact ', 'delete,,compact', 'Delete', 'none'),
    ...each('retention.ms', ' 5 ', '+7', '-1', '-2', '1e3', '0x10', '', '9223372036854775807', '9223372036854775808'),
    ...each('retention.bytes', '-1', '-5', '99999999999999999999'),
    ...each('segment.bytes', '1048576', '1048575', '2147483648'),
    ...each('min.cleanable.dirty.ratio', '.25', '1', '1.5', '-0.1', '1e-1', 'half'),
    ...each('preallocate', 'TRUE', 'yes', '1', ''),
    ...each('compression.type', 'zstd', 'GZIP', 'uncompressed', 'none'),
    ...each('compression.gzip.level', '-1', '0', '9', '10'),
    ...each('compression.zstd.level', '-131072', '22', '23'),
    ...each('message.timestamp.type', 'LogAppendTime', 'logappendtime'),
    ...each('leader.replication.throttled.replicas', '*', '0:1,1:2', '', 'none', 'a:b', '0:1,*'),
    ...each('remote.storage.enable', 'false', 'true'),
    ...each('remote.log.copy.disable', 'true'),
    ...each('local.retention.ms', '-2', '-3', '700000000000'),
    ...each('flush.messages', '0', '1'),
    ...each('internal.segment.bytes', '1000'),
    ...each('message.format.version', '3.0'),
    { 'min.compaction.lag.ms': '5', 'max.compaction.lag.ms': '5' },
    { 'min.compaction.lag.ms': '6', 'max.compaction.lag.ms': '5' },
    { 'min.compaction.lag.ms': '6', 'retention.ms': 'x' },
  ])
})

const brokerLines: readonly Settings[] = [
  ...each('num.partitions', '3'),
  ...each('advertised.listeners', 'PLAINTEXT://:1'),
  ...each('log.retention.hours', '5'),
  ...each('quota.window.num', '4'),
  ...each('no.such.key', 'anything'),
  ...each('super.users', 'User:a'),
  ...each('ssl.keystore.password', 'x'),
  ...each('ssl.truststore.location', '/x'),
  ...each('sasl.jaas.config', 'x'),
  ...each('sasl.kerberos.ticket.renew.jitter', 'x'),
  ...each('listener.name.other.ssl.keystore.password', 'x'),
  ...each('listener.name.other.ssl.client.auth', 'none', 'maybe'),
  ...each('listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config', 'x'),
  ...each('listener.name.other.max.connections', '5'),
  ...each('listener.name.other.no.such.key', 'x'),
  ...each('cordoned.log.dirs', '*', '/nowhere'),
  ...each('max.connections', '0', '1000'),
  ...each('max.connection.creation.rate', '0', '1000'),
  ...each('max.connections.per.ip', '0', '10', '-1'),
  ...each('max.connections.per.ip.overrides', '127.0.0.1:200', '127.0.0.1', 'a b:1', ''),
  { 'max.connections.per.ip': '0', 'max.connections.per.ip.overrides': '127.0.0.1:200' },
  ...each('num.network.threads', '2', '6', '7', '100'),
  ...each('num.io.threads', '3', '4', '16', '17'),
  ...each('background.threads', '0', '4', '20', '21'),
  ...each('num.recovery.threads.per.data.dir', '1', '4', '5'),
  ...each('num.replica.fetchers', '2', '3'),
  ...each('remote.log.reader.threads', '4', '20', '21'),
  ...each('log.cleaner.threads', '0', '2', '3'),
  ...each('log.cleaner.dedupe.buffer.size', '1048576', '1048577'),
  { 'log.cleaner.threads': '2', 'log.cleaner.dedupe.buffer.size': '2000000' },
  ...each('producer.id.expiration.ms', '0', '1'),
  ...each('log.retention.ms', '0', '-1', '-2', 'x'),
  ...each('log.local.retention.ms', '604800000', '604800001', '-1', '-2', '-3'),
  ...each('log.local.retention.bytes', '5', '-1'),
  { 'log.retention.bytes': '100', 'log.local.retention.bytes': '100' },
  { 'log.retention.bytes': '100', 'log.local.retention.bytes': '101' },
  ...each('log.cleanup.policy', '', 'compact,compact', 'all'),
  { 'log.cleaner.min.compaction.lag.ms': '100', 'log.cleaner.max.compaction.lag.ms': '50' },
  ...each('group.consumer.assignment.interval.ms', '15000', '15001'),
  ...each('group.coordinator.cached.buffer.max.bytes', '524287', '524288'),
  ...each('follower.replication.throttled.rate', '-1', '0'),
  ...each('message.max.bytes', '-1', '0'),
  ...each('log.segment.bytes', '5', '1048576'),
  ...each('log.index.size.max.bytes', '3', '4'),
  ...each('compression.type', 'gzip', 'GZIP'),
  ...each('config.providers', 'x'),
]

scenario('one broker', { rows: [31] }, (stage) => setting(stage, BROKER, '1', brokerLines))

scenario('all brokers', { rows: [31] }, (stage) => setting(stage, BROKER, '', brokerLines))

scenario('groups', { rows: [31] }, (stage) =>
  setting(stage, GROUP, 'g', [
    ...each('consumer.session.timeout.ms', '44999', '45000', '60000', '60001', 'x'),
    ...each('consumer.heartbeat.interval.ms', '4999', '5000', '15000', '15001'),
    ...each('consumer.assignment.interval.ms', '-1', '0', '15000', '15001'),
    ...each('share.auto.offset.reset', 'earliest', 'never', 'by_duration:PT1H', 'by_duration:P1DT2H3M4.5S'),
    ...each('share.auto.offset.reset', 'by_duration:x', 'by_duration:P1Y', 'by_duration:PT', 'by_duration:'),
    ...each('share.isolation.level', 'read_committed', 'READ_COMMITTED'),
    ...each('share.delivery.count.limit', '1', '2', '10', '11'),
    ...each('share.record.lock.duration.ms', '14999', '15000', '60000', '60001'),
    ...each('share.partition.max.record.locks', '99', '100', '4000', '4001'),
    ...each('streams.num.standby.replicas', '2', '3'),
    ...each('streams.initial.rebalance.delay.ms', '-1', '0'),
    ...each('no.such.key', '1'),
  ]),
)

scenario('subscriptions', { rows: [31] }, (stage) =>
  setting(stage, CLIENT_METRICS, 'm', [
    ...each('metrics', '', '*', 'a, b', 'a,,b'),
    ...each('interval.ms', '99', '100', '3600000', '3600001', 'x'),
    ...each('match', 'client_id=x.*', 'client_id', 'colour=red', 'client_id=[', 'client_id=a=b', ''),
    ...each('no.such.key', '1'),
  ]),
)

scenario('loggers', { rows: [30, 31] }, async ({ transcript, peer }) => {
  const on = await peer()
  const change = async (resourceName: string, name: string, configOperation = SET, value: string | null = null) => {
    const resources = [
      { resourceType: LOGGER, resourceName, configs: [{ name, configOperation: configOperation ?? -1, value }] },
    ]
    const what = `${resourceName}: ${name}, operation ${configOperation} ${value}`
    await transcript.versions(on, what, incrementalAlterConfigs, () => ({ resources, validateOnly: false }))
  }
  const look = async () => {
    const resources = [{ resourceType: LOGGER, resourceName: '1', configurationKeys: ['root'] }]
    await transcript.versions(on, 'the level of root', describeConfigs, () => ({
      resources,
      includeSynonyms: true,
      includeDocumentation: true,
    }))
  }
  for (const level of ['DEBUG', 'debug', 'bogus', 'WARN', null]) await change('1', 'root', SET, level)
  await look()
  for (const operation of [DELETE, APPEND, SUBTRACT]) await change('1', 'root', operation, 'INFO')
  await change('1', 'no.such.logger', SET, 'INFO')
  await change('1', 'no.such.logger', DELETE)
  await change('', 'root', SET, 'INFO')
  await change('7', 'root', SET, 'INFO')
  await look()
})

scenario('lists', { rows: [31] }, async ({ transcript, topic, peer }) => {
  await topic('listed')
  const on = await peer()
  const operations = [
    ['append', APPEND],
    ['subtract', SUBTRACT],
    ['delete', DELETE],
  ] as const
  const targets = [
    [TOPIC, 'listed', 'cleanup.policy', 'compact'],
    [TOPIC, 'listed', 'cleanup.policy', 'bogus'],
    [TOPIC, 'listed', 'retention.ms', '1'],
    [TOPIC, 'listed', 'no.such.key', '1'],
    [BROKER, '1', 'log.cleanup.policy', 'compact'],
    [BROKER, '1', 'log.retention.ms', '1'],
    [BROKER, '1', 'no.such.key', '1'],
    [BROKER, '1', 'num.partitions', '1'],
    [GROUP, 'g', 'consumer.session.timeout.ms', '1'],
    [CLIENT_METRICS, 'm', 'metrics', 'a'],
  ] as const
  for (const [resourceType, resourceName, name, value] of targets) {
    for (const [what, configOperation = -1] of operations) {
      const configs = [{ name, configOperation, value: configOperation === DELETE ? null : value }]
      const resources = [{ resourceType, resourceName, configs }]
      await transcript.call(on, `${what} ${value} of ${name}`, incrementalAlterConfigs, 1, {
        resources,
        validateOnly: true,
      })
    }
  }
})

scenario('replacing all', { rows: [31] }, async ({ transcript, peer }) => {
  const on = await peer()
  for (const [name, value] of [
    ['log.retention.ms', '5'],
    ['log.retention.ms', 'x'],
    ['num.partitions', '3'],
    ['max.connections', '0'],
    ['no.such.key', 'x'],
  ] as const) {
    const resources = [{ resourceType: BROKER, resourceName: '1', configs: [{ name, value }] }]
    await transcript.call(on, `${name}=${value}`, alterConfigs, 2, { resources, validateOnly: true })
  }
})
