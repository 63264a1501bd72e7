// DescribeConfigs, AlterConfigs and IncrementalAlterConfigs at every version.
import { describeConfigs } from 'millrace/messages/32-describe-configs.js'
import { alterConfigs } from 'millrace/messages/33-alter-configs.js'
import { incrementalAlterConfigs } from 'millrace/messages/44-incremental-alter-configs.js'
import { scenarios, type Stage } from './scenario.ts'

const scenario = scenarios('configs')
const TOPIC = 2
const BROKER = 4
const LOGGER = 8
const CLIENT_METRICS = 16
const GROUP = 32
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

let barriers = 0

/**
 * Kafka's brokers hear of a change from its controller a moment after it was answered, and of everything in turn: when the
 * second of two topics is served, all that was changed before the first is in force.
 */
const settled = async ({ topic }: Stage): Promise<void> => {
  for (let count = 0; count < 2; count += 1) await topic(`barrier-${++barriers}`)
}

interface Coded {
  readonly errorCode: number
  readonly resourceType: number
  readonly resourceName: string
}

const codeOf = ({ errorCode, resourceType, resourceName }: Coded) => ({ errorCode, resourceType, resourceName })

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

scenario('single changes', { rows: [31] }, async (stage) => {
  const { transcript, topic, peer } = stage
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
    await settled(stage)
    await transcript.versions(on, `after: ${what}`, describeConfigs, () =>
      describing(TOPIC, 'changed', ['cleanup.policy']),
    )
  }
  const unknown = changing(TOPIC, 'no-such-topic', [['retention.ms', SET, '1']])
  await transcript.versions(on, 'unknown topic', incrementalAlterConfigs, () => unknown)
  const validated = changing(TOPIC, 'changed', [['segment.bytes', SET, '2000000']], true)
  await transcript.versions(on, 'only to validate', incrementalAlterConfigs, () => validated)
})

scenario('replacing all', { rows: [31] }, async (stage) => {
  const { transcript, topic, peer } = stage
  await topic('replaced', { configs: { 'retention.ms': '1000' } })
  const on = await peer()
  const replace =
    (name: string, value: string | null, validateOnly = false, topicName = 'replaced') =>
    () => ({
      resources: [{ resourceType: TOPIC, resourceName: topicName, configs: [{ name, value }] }],
      validateOnly,
    })
  await transcript.versions(on, 'another key', alterConfigs, replace('segment.bytes', '2000000'))
  await settled(stage)
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

scenario('dynamic settings of brokers', { rows: [30, 31] }, async (stage) => {
  const { transcript, peer } = stage
  const on = await peer()
  const change = (name: string, operations: readonly Operation[]) => () => changing(BROKER, name, operations)
  const look = async (what: string): Promise<void> => {
    await settled(stage)
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

scenario('resources of every kind', { rows: [30, 31] }, async ({ transcript, topic, peer }) => {
  await topic('several')
  const on = await peer()
  const resources: readonly (readonly [number, string])[] = [
    [TOPIC, 'several'],
    [TOPIC, ''],
    [BROKER, '1'],
    [BROKER, ''],
    [BROKER, '7'],
    [LOGGER, ''],
    [LOGGER, '7'],
    [CLIENT_METRICS, 'metrics'],
    [GROUP, 'group'],
    [GROUP, ''],
    [0, 'x'],
    [1, 'x'],
    [99, 'x'],
  ]
  for (const [resourceType, resourceName] of resources) {
    const what = `${resourceType} '${resourceName}'`
    for (let version = 1; version <= 4; version += 1) {
      const { results } = await on.call(
        describeConfigs,
        version,
        describing(resourceType, resourceName, ['no.such.key']),
      )
      transcript.note(`describing ${what}, v${version}`, results.map(codeOf))
    }
    const operations: readonly Operation[] = [['no.such.key', SET, '1']]
    // Kafka refuses to take back the min.insync.replicas that it set itself for all brokers.
    if (resourceType === BROKER && resourceName === '') continue
    for (const [name, api] of [
      ['changing', incrementalAlterConfigs],
      ['replacing', alterConfigs],
    ] as const) {
      const { responses } = await on.call(api, 1, changing(resourceType, resourceName, operations, true))
      transcript.note(`${name} ${what}`, responses.map(codeOf))
    }
  }
})

scenario('a resource twice', { rows: [30, 31] }, async ({ transcript, topic, peer }) => {
  await topic('doubled')
  const on = await peer()
  const [once] = changing(TOPIC, 'doubled', [['retention.ms', SET, '5000']]).resources
  const [described] = describing(TOPIC, 'doubled', ['retention.ms']).resources
  if (once === undefined || described === undefined) throw new Error('no resource')
  await transcript.versions(on, 'changed', incrementalAlterConfigs, () => ({
    resources: [once, once],
    validateOnly: false,
  }))
  // Kafka never answers AlterConfigs with a resource twice.
  await transcript.versions(on, 'described', describeConfigs, () => ({ resources: [described, described] }))
})

scenario('an empty cleanup policy', { rows: [47] }, async (stage) => {
  const { transcript, topic, peer } = stage
  await topic('unpolicied')
  const on = await peer()
  const empty = changing(TOPIC, 'unpolicied', [['cleanup.policy', SET, '']])
  await transcript.versions(on, 'set', incrementalAlterConfigs, () => empty)
  await settled(stage)
  await transcript.versions(on, 'described', describeConfigs, () => describing(TOPIC, 'unpolicied', ['cleanup.policy']))
  for (const value of [',', 'compact,', 'none', 'delete,delete']) {
    const wrong = changing(TOPIC, 'unpolicied', [['cleanup.policy', SET, value]])
    await transcript.versions(on, `'${value}'`, incrementalAlterConfigs, () => wrong)
  }
})
