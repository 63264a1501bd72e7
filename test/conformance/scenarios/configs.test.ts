// DescribeConfigs, AlterConfigs and IncrementalAlterConfigs at every version.
import { setTimeout as sleep } from 'node:timers/promises'
import { describeConfigs } from 'millrace/messages/32-describe-configs.js'
import { alterConfigs } from 'millrace/messages/33-alter-configs.js'
import { incrementalAlterConfigs } from 'millrace/messages/44-incremental-alter-configs.js'
import { scenarios } from './scenario.ts'

const scenario = scenarios('configs')
/** Kafka's brokers hear of a change from its controller a moment after it was answered. */
const SETTLED_MS = 150
const TOPIC = 2
const BROKER = 4
const [SET, DELETE, APPEND, SUBTRACT] = [0, 1, 2, 3]
const keys = ['retention.ms', 'cleanup.policy', 'max.message.bytes', 'segment.bytes', 'compression.type']

const describing = (
  resourceType: number,
  resourceName: string,
  configurationKeys: readonly string[] | null = keys,
) => ({
  resources: [{ resourceType, resourceName, configurationKeys }],
  includeSynonyms: true,
})

type Operation = readonly [name: string, configOperation: number | undefined, value: string | null]

const changing = (
  resourceType: number,
  resourceName: string,
  operations: readonly Operation[],
  validateOnly = false,
) => ({
  resources: [
    {
      resourceType,
      resourceName,
      configs: operations.map(([name, configOperation = -1, value]) => ({ name, configOperation, value })),
    },
  ],
  validateOnly,
})

scenario('describing', { rows: [30] }, async ({ transcript, topic, peer }) => {
  await topic('described', { configs: { 'retention.ms': '1000' } })
  const on = await peer()
  for (const key of keys) {
    await transcript.versions(on, key, describeConfigs, () => describing(TOPIC, 'described', [key]))
  }
  await transcript.versions(on, 'unknown key', describeConfigs, () => describing(TOPIC, 'described', ['no.such.key']))
  await transcript.versions(on, 'unknown topic', describeConfigs, () => describing(TOPIC, 'no-such-topic'))
  await transcript.versions(on, 'impossible topic', describeConfigs, () => describing(TOPIC, 'a b'))
  await transcript.versions(on, 'another broker', describeConfigs, () => describing(BROKER, '9'))
  await transcript.versions(on, 'no number', describeConfigs, () => describing(BROKER, 'x'))
  for (const key of ['log.retention.ms', 'num.partitions', 'message.max.bytes', 'log.cleanup.policy']) {
    await transcript.versions(on, key, describeConfigs, () => describing(BROKER, '1', [key]))
  }
})

scenario('single changes', { rows: [31] }, async ({ transcript, topic, peer }) => {
  await topic('changed')
  const on = await peer()
  const changes: readonly [string, readonly Operation[]][] = [
    ['set', [['retention.ms', SET, '5000']]],
    ['append', [['cleanup.policy', APPEND, 'compact']]],
    ['append what is there', [['cleanup.policy', APPEND, 'compact']]],
    ['subtract', [['cleanup.policy', SUBTRACT, 'delete']]],
    ['append to a number', [['retention.ms', APPEND, '1']]],
    ['a bad value', [['retention.ms', SET, 'long']]],
    ['set to null', [['retention.ms', SET, null]]],
    ['unknown key', [['no.such.key', SET, '1']]],
    [
      'a key twice',
      [
        ['retention.ms', SET, '1'],
        ['retention.ms', SET, '2'],
      ],
    ],
    [
      'two, one bad',
      [
        ['retention.ms', SET, '7'],
        ['segment.bytes', SET, '-1'],
      ],
    ],
    ['delete', [['retention.ms', DELETE, null]]],
    ['delete what is not set', [['retention.bytes', DELETE, null]]],
  ]
  for (const [what, operations] of changes) {
    await transcript.versions(on, what, incrementalAlterConfigs, () => changing(TOPIC, 'changed', operations))
    await sleep(SETTLED_MS)
    await transcript.versions(on, `after: ${what}`, describeConfigs, () =>
      describing(TOPIC, 'changed', ['cleanup.policy']),
    )
  }
  const unknown = changing(TOPIC, 'no-such-topic', [['retention.ms', SET, '1']])
  await transcript.versions(on, 'unknown topic', incrementalAlterConfigs, () => unknown)
  const validated = changing(TOPIC, 'changed', [['segment.bytes', SET, '2000000']], true)
  await transcript.versions(on, 'only to validate', incrementalAlterConfigs, () => validated)
})

scenario('replacing all', { rows: [31] }, async ({ transcript, topic, peer }) => {
  await topic('replaced', { configs: { 'retention.ms': '1000' } })
  const on = await peer()
  const replace =
    (name: string, value: string | null, validateOnly = false, topicName = 'replaced') =>
    () => ({
      resources: [{ resourceType: TOPIC, resourceName: topicName, configs: [{ name, value }] }],
      validateOnly,
    })
  await transcript.versions(on, 'another key', alterConfigs, replace('segment.bytes', '2000000'))
  await sleep(SETTLED_MS)
  for (const key of ['retention.ms', 'segment.bytes']) {
    await transcript.versions(on, key, describeConfigs, () => describing(TOPIC, 'replaced', [key]))
  }
  await transcript.versions(on, 'a bad value', alterConfigs, replace('segment.bytes', 'x'))
  await transcript.versions(on, 'null', alterConfigs, replace('segment.bytes', null))
  await transcript.versions(on, 'unknown key', alterConfigs, replace('no.such.key', '1'))
  await transcript.versions(
    on,
    'unknown topic',
    alterConfigs,
    replace('segment.bytes', '2000000', false, 'no-such-topic'),
  )
})

scenario('dynamic settings of brokers', { rows: [30, 31] }, async ({ transcript, peer }) => {
  const on = await peer()
  const change = (name: string, operations: readonly Operation[]) => () => changing(BROKER, name, operations)
  const look = async (what: string): Promise<void> => {
    await sleep(SETTLED_MS)
    await transcript.versions(on, what, describeConfigs, () => describing(BROKER, '1', ['log.retention.ms']))
  }
  await transcript.versions(
    on,
    'all brokers',
    incrementalAlterConfigs,
    change('', [['log.retention.ms', SET, '50000']]),
  )
  await look('after all')
  await transcript.versions(on, 'this one', incrementalAlterConfigs, change('1', [['log.retention.ms', SET, '60000']]))
  await look('after this one')
  await transcript.versions(on, 'read only', incrementalAlterConfigs, change('1', [['num.partitions', SET, '3']]))
  await transcript.versions(on, 'bad value', incrementalAlterConfigs, change('1', [['log.retention.ms', SET, 'x']]))
  await transcript.versions(on, 'no number', incrementalAlterConfigs, change('x', [['log.retention.ms', SET, '1']]))
  await transcript.versions(on, 'undone', incrementalAlterConfigs, change('1', [['log.retention.ms', DELETE, null]]))
  await look('after it was undone')
})
