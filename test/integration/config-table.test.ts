// Our table of configuration keys against the one inside Kafka's jars: every key of Kafka is known, and where type, default,
// bounds, the way of changing or the keys behind it differ, the difference stands here.
import { type ConfigScope, definitions, findDefinition } from 'millrace/configs/definitions.js'
import { beforeAll, expect, test } from 'vitest'
import { missingClients, script } from '../harness/clients.ts'
import { run } from '../harness/process.ts'

const missing = await missingClients('java')
const withJava = test.skipIf(missing !== undefined)

interface KafkaKey {
  readonly scope: ConfigScope
  readonly name: string
  readonly type: string
  readonly fallback: string
  readonly bounds: string
  /** How a broker key changes; what stands behind another. */
  readonly last: string
  /** No file has it: it is set while running, or not at all. */
  readonly onlyDynamic: boolean
}

const scopes: readonly ConfigScope[] = ['broker', 'topic', 'group', 'client-metrics']

let table: readonly KafkaKey[] = []
beforeAll(async () => {
  if (missing !== undefined) return
  const { stdout } = await run(script.java('ConfigTable'))
  table = stdout
    .toString()
    .trim()
    .split('\n')
    .map((line) => {
      const [scope, name = '', type = '', fallback = '', bounds = '', last = ''] = line.split('\t')
      const known = scopes.find((one) => one === scope) ?? 'broker'
      return { scope: known, name, type, fallback, bounds, last, onlyDynamic: scope === 'dynamic' }
    })
  expect(table.length).toBeGreaterThan(300)
})

/** Our default where it is not Kafka's. */
const defaults: Readonly<Record<string, string>> = {
  'broker/controller.listener.names': '',
  'broker/group.coordinator.rebalance.protocols': 'classic',
  'broker/listeners': 'PLAINTEXT://127.0.0.1:9092',
  'broker/log.dir': 'data',
  'broker/log.flush.interval.messages': '1',
  'broker/node.id': '1',
  'broker/process.roles': 'broker',
  'topic/flush.messages': '1',
}

/** Kafka changes these while it runs, we do not yet. */
const fixed = new Set(['listener.security.protocol.map', 'listeners'])

/** Bounds that Kafka checks elsewhere, or that are ours. */
const otherBounds = new Set(['broker/authorizer.class.name', 'broker/default.replication.factor'])

const differences = (of: (key: KafkaKey) => readonly [ours: string, kafkas: string] | undefined): string[] =>
  table.flatMap((key) => {
    const pair = of(key)
    return pair === undefined || pair[0] === pair[1] ? [] : [`${key.scope}/${key.name}: ${pair[0]}, Kafka ${pair[1]}`]
  })

withJava('every key of Kafka is in the table', () => {
  const unknown = table.filter(({ scope, name }) => findDefinition(scope, name) === undefined)
  expect(unknown.map(({ name }) => name)).toEqual([])
})

withJava('only our own keys are not in the table of Kafka', () => {
  const theirs = new Set(table.map(({ scope, name }) => `${scope}/${name}`))
  const ours = definitions.map(({ scope, name }) => `${scope}/${name}`).filter((key) => !theirs.has(key))
  expect(ours).toEqual([
    'broker/millrace.insecure',
    'broker/millrace.workers',
    'broker/admin.listener',
    'broker/admin.password',
    'broker/admin.password.file',
    'broker/admin.hosts',
    'broker/metrics.compat',
    'broker/metrics.partitions.max',
    'broker/admin.read.only',
    'broker/admin.export.enable',
    'broker/admin.masking',
    'broker/admin.label',
    'broker/admin.color',
    'broker/audit.topic.enable',
    'broker/canary.enable',
    'broker/message.validation',
    'broker/millrace.disk.soft.limit.bytes',
    'broker/millrace.disk.hard.limit.bytes',
    'topic/message.validation',
  ])
})

withJava('types and defaults', () => {
  expect(
    differences(({ scope, name, type }) => {
      const ours = findDefinition(scope, name)
      return ours && [ours.type.toUpperCase(), type]
    }),
  ).toEqual([])
  expect(
    differences(({ scope, name, fallback, onlyDynamic }) => {
      const ours = onlyDynamic ? undefined : findDefinition(scope, name)
      return ours && [ours.default ?? '', defaults[`${scope}/${name}`] ?? fallback]
    }),
  ).toEqual([])
})

withJava('bounds', () => {
  const inWords = (bounds: string): string | undefined => {
    const names = /^(?:\(case insensitive\) )?\[([A-Za-z_, ]+)\]$/.exec(bounds)?.[1]
    if (names !== undefined) return names
    const [, min, max, or] = /^\[(-?\d+),\.\.\.(?:,(-?[\d.]+))?\](?: or (-?\d+))?$/.exec(bounds) ?? []
    if (min === undefined) return undefined
    return `${max === undefined ? `of at least ${min}` : `between ${min} and ${max}`}${or === undefined ? '' : ` or ${or}`}`
  }
  expect(
    differences(({ scope, name, bounds }) => {
      const ours = findDefinition(scope, name)
      const wanted = inWords(bounds)
      if (ours === undefined || wanted === undefined || otherBounds.has(`${scope}/${name}`)) return undefined
      return [ours.allowed.replace(/^(a (whole )?number|one of|a list of) /, ''), wanted]
    }),
  ).toEqual([])
})

withJava('what changes while a broker runs, and what stands behind another key', () => {
  expect(
    differences(({ scope, name, last }) => {
      const ours = findDefinition(scope, name)
      if (ours === undefined || fixed.has(name)) return undefined
      return [scope === 'broker' ? ours.dynamic : ours.synonyms.map((synonym) => synonym.name).join(' '), last]
    }),
  ).toEqual([])
})
