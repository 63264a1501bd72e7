// Everything that DescribeConfigs lists, of everything that has configs, at every version: the same keys on both brokers, with the same
// types, values, sources and synonyms, and a text where Kafka has one.
import { describeConfigs } from 'millrace/messages/32-describe-configs.js'
import { incrementalAlterConfigs } from 'millrace/messages/44-incremental-alter-configs.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Broker, startBroker } from '../../harness/broker.ts'
import { missingClients } from '../../harness/clients.ts'
import { eventually } from '../../harness/eventually.ts'
import { Peer } from '../../harness/peer.ts'
import { Comparison, show } from '../comparison/comparison.ts'
import { Explanations } from '../comparison/explained.ts'
import { Side } from '../comparison/side.ts'
import { readyTopic } from '../../harness/ready-topic.ts'
import { keyDifference, type KeyDifference, keyDifferences } from './config-keys.ts'

// Kafka comes with the Java clients.
const missing = await missingClients('java')
const besideKafka = test.skipIf(missing !== undefined)

const [TOPIC, BROKER, LOGGER, METRICS, GROUP] = [2, 4, 8, 16, 32]
const [SET, APPEND] = [0, 2]

/** From the file: plain keys, hidden ones, keys of one listener, lists with blanks, secrets, and what nobody defined. */
const file = {
  'node.id': '1',
  'log.retention.hours': '24',
  'log.roll.ms': '86400000',
  'log.cleanup.policy': 'compact, delete',
  'log.cleaner.threads': '2',
  'log.cleaner.io.max.bytes.per.second': '1e9',
  'compression.type': 'gzip',
  'unstable.api.versions.enable': 'false',
  'ssl.key.password': 'secret',
  'listener.name.plaintext.ssl.keystore.type': 'PEM',
  'listener.name.plaintext.max.connections': '1000',
  'group.consumer.session.timeout.ms': '50000',
  'rsm.config.bucket': 'b',
  'no.such.key': 'v',
}

/** What the harness has to give Kafka, so that it starts. */
const asKafka = {
  'process.roles': 'broker,controller',
  'controller.listener.names': 'CONTROLLER',
  'inter.broker.listener.name': 'PLAINTEXT',
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
}

type Change = readonly [
  type: number | undefined,
  name: string,
  operation: number | undefined,
  key: string,
  value: string,
]

const changes: readonly Change[] = [
  [TOPIC, 'listed', SET, 'retention.ms', ' 5000 '],
  [TOPIC, 'listed', SET, 'internal.segment.bytes', '2000'],
  [TOPIC, 'listed', APPEND, 'cleanup.policy', 'compact'],
  [BROKER, '1', SET, 'log.retention.ms', '7000'],
  [BROKER, '1', SET, 'num.io.threads', '10'],
  [BROKER, '1', SET, 'listener.name.plaintext.ssl.keystore.password', 'secret'],
  [BROKER, '1', SET, 'another.key', 'v'],
  [BROKER, '1', SET, 'log.cleanup.policy', 'delete,delete'],
  [BROKER, '', SET, 'log.retention.ms', '8000'],
  [BROKER, '', SET, 'message.max.bytes', '2000000'],
  [BROKER, '', SET, 'leader.replication.throttled.rate', '1000'],
  [BROKER, '', SET, 'listener.name.plaintext.max.connections', '900'],
  [BROKER, '', SET, 'yet.another.key', 'v'],
  [GROUP, 'g', SET, 'consumer.session.timeout.ms', '55000'],
  [GROUP, 'g', SET, 'share.auto.offset.reset', 'by_duration:PT1H'],
  [METRICS, 'm', SET, 'metrics', 'a, b'],
]

const listed: readonly (readonly [type: number | undefined, name: string])[] = [
  [TOPIC, 'listed'],
  [TOPIC, 'plain'],
  [BROKER, '1'],
  [BROKER, ''],
  [METRICS, 'm'],
  [METRICS, 'nobody'],
  [GROUP, 'g'],
  [GROUP, 'nobody'],
]

const refused: typeof listed = [
  [TOPIC, ''],
  [TOPIC, 'no-such-topic'],
  [TOPIC, 'a b'],
  [BROKER, '7'],
  [BROKER, 'x'],
  [LOGGER, ''],
  [LOGGER, '7'],
  [METRICS, ''],
  [GROUP, ''],
  [0, 'x'],
  [1, 'x'],
  [3, 'x'],
  [77, 'x'],
]

let brokers: readonly Broker[] = []
let peers: readonly Peer[] = []
beforeAll(async () => {
  if (missing !== undefined) return
  brokers = await Promise.all([
    startBroker({ target: 'kafka', overrides: file }),
    startBroker({ target: 'millrace', overrides: { ...asKafka, ...file } }),
  ])
  peers = await Promise.all(brokers.map(({ port }) => Peer.open(port)))
  await Promise.all(peers.map(prepare))
})
afterAll(async () => {
  for (const peer of peers) peer.close()
  await Promise.all(brokers.map((broker) => broker.stop()))
})

const prepare = async (on: Peer): Promise<void> => {
  await readyTopic(on, 'listed')
  await readyTopic(on, 'plain')
  for (const [resourceType = 0, resourceName, configOperation = -1, name, value] of changes) {
    const resources = [{ resourceType, resourceName, configs: [{ name, configOperation, value }] }]
    const { responses } = await on.call(incrementalAlterConfigs, 1, { resources, validateOnly: false })
    expect(
      responses.map(({ errorCode }) => errorCode),
      `${name}=${value}`,
    ).toEqual([0])
  }
  // Kafka's brokers hear of a change from its controller a moment after it was answered.
  await eventually('the last change is known', async () => {
    const { configs } = await describe(on, 4, [METRICS, 'm'], false)
    return configs.some(({ name, value }) => name === 'metrics' && value === 'a,b') ? true : undefined
  })
}

const describe = async (
  on: Peer,
  version: number,
  [resourceType = 0, resourceName]: (typeof listed)[number],
  all: boolean,
) => {
  const resources = [{ resourceType, resourceName, configurationKeys: null }]
  const { results } = await on.call(describeConfigs, version, {
    resources,
    includeSynonyms: all,
    includeDocumentation: all && version >= 3,
  })
  return results[0]!
}

const explanations = new Explanations()
const met = new Set<KeyDifference>()

/** Where the listings part and no row explains it. */
const differences = async (version: number, resource: (typeof listed)[number], all: boolean): Promise<string[]> => {
  const [kafka, millrace] = await Promise.all(peers.map(async (peer) => describe(peer, version, resource, all)))
  const [theirs = 0, ours = 0] = brokers.map(({ port }) => port)
  return new Comparison(new Side(theirs), new Side(ours))
    .differences(kafka, millrace)
    .filter((difference) => {
      const row = keyDifference(difference)
      if (row !== undefined) met.add(row)
      const inAnswer = { ...difference, path: `.results[0]${difference.path}` }
      return explanations.row(inAnswer, { api: 'describeConfigs', version, request: resource }) === undefined
    })
    .map(({ path, kafka: theirs, millrace: ours }) => `${path}: ${show(theirs)}, here ${show(ours)}`)
}

const versions = [1, 2, 3, 4] as const

besideKafka.each(versions)('version %d lists the same', async (version) => {
  for (const resource of listed) {
    for (const all of [true, false]) {
      expect(await differences(version, resource, all), `${resource.join('/')} ${all ? 'with all' : 'bare'}`).toEqual(
        [],
      )
    }
  }
})

besideKafka.each(versions)('version %d refuses the same', async (version) => {
  for (const resource of refused) expect(await differences(version, resource, true), resource.join('/')).toEqual([])
})

besideKafka('each has loggers of its own, and shows them alike', async () => {
  for (const peer of peers) {
    const { configs } = await describe(peer, 4, [LOGGER, '1'], true)
    expect(configs.map(({ name }) => name)).toContain('root')
    const alike = {
      readOnly: false,
      configSource: 6,
      isSensitive: false,
      synonyms: [],
      configType: 0,
      documentation: '',
    }
    for (const { name, value, ...rest } of configs) {
      expect(value, name).toMatch(/^(TRACE|DEBUG|INFO|WARN|ERROR|FATAL)$/)
      expect(rest, name).toEqual(alike)
    }
  }
})

besideKafka('a list says what is in it: more than three hundred keys of a broker, nearly all with a text', async () => {
  const { configs } = await describe(peers[1]!, 4, [BROKER, '1'], true)
  expect(configs.length).toBeGreaterThan(340)
  expect(configs.filter(({ documentation }) => documentation === null).map(({ name }) => name)).toEqual(
    expect.arrayContaining(['no.such.key', 'another.key', 'yet.another.key', 'rsm.config.bucket']),
  )
})

besideKafka('every explained difference exists', () => {
  expect(keyDifferences.filter((row) => !met.has(row))).toEqual([])
  expect(explanations.unmet('config-listing')).toEqual([])
})
