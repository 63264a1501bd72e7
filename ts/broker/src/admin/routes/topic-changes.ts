/** Changes of topics and of configurations. What is shown first is what would be done: the same code, told not to. */
import { BrokerError } from '../../base/errors.ts'
import { resourceTypes } from '../../cluster/config-resources.ts'
import type { ConfigOverrides, TopicImage } from '../../cluster/image.ts'
import { resolveBroker, resolveTopic, type ResolvedConfigs } from '../../configs/resolve.ts'
import { OFFSETS_TOPIC } from '../../groups/offsets-topic.ts'
import { checkMayDeleteRecords } from '../../handlers/21-delete-records.ts'
import { checkNotAuditList } from '../../topics/audit-list.ts'
import type { Checked, Output } from '../contract.ts'
import type { Exchange } from '../exchange.ts'
import { AdminError } from '../failure.ts'
import { ask, checkDone } from '../protocol.ts'
import type { RouteContext } from './context.ts'
import type { RoutesOf } from './table.ts'

type Names =
  | 'createTopic'
  | 'deleteTopic'
  | 'addPartitions'
  | 'alterTopicConfigs'
  | 'alterBrokerConfigs'
  | 'deleteRecords'

const TIMEOUT_MS = 30_000
const BY_DEFAULT = -1
const SET = 0
const DELETE = 1

export const topicChanges = ({ services, tables }: RouteContext): RoutesOf<Names> => {
  const { cluster, configs, engine } = services

  const find = (name: string): TopicImage => {
    const topic = cluster.image().topicsByName.get(name)
    if (topic === undefined) throw new BrokerError('UNKNOWN_TOPIC_OR_PARTITION', `There is no topic ${name}.`)
    return topic
  }

  const alter = async (
    resourceType: number,
    resourceName: string,
    { set, unset, dryRun }: Pick<Checked<'alterTopicConfigs'>, 'set' | 'unset' | 'dryRun'>,
    exchange: Exchange,
  ): Promise<void> => {
    const edits = [
      ...Object.entries(set).map(([name, value]) => ({ name, configOperation: SET, value })),
      ...unset.map((name) => ({ name, configOperation: DELETE, value: null })),
    ]
    const request = { resources: [{ resourceType, resourceName, configs: edits }], validateOnly: dryRun }
    const { responses } = await ask(services, exchange, 'incrementalAlterConfigs', request)
    checkDone(responses[0])
  }

  return {
    createTopic: async ({ name, partitions, replicationFactor, configs: texts, dryRun }, exchange) => {
      const topic = {
        name,
        numPartitions: partitions ?? BY_DEFAULT,
        replicationFactor: replicationFactor ?? BY_DEFAULT,
        assignments: [],
        configs: Object.entries(texts).map(([key, value]) => ({ name: key, value })),
      }
      const request = { topics: [topic], timeoutMs: TIMEOUT_MS, validateOnly: dryRun }
      const [created] = (await ask(services, exchange, 'createTopics', request)).topics
      checkDone(created)
      return {
        name,
        id: created?.topicId ?? '',
        partitions: created?.numPartitions ?? 0,
        replicationFactor: created?.replicationFactor ?? 0,
      }
    },
    deleteTopic: async ({ topic: name, confirm, dryRun }, exchange) => {
      const topic = find(name)
      checkNotAuditList(name, configs.values(cluster.image()))
      const [logs, { groups, readers }] = await Promise.all([tables.logsOf([topic]), tables.groups()])
      const everyOffset = name === OFFSETS_TOPIC
      const committed = [...groups.values()].filter(({ topics }) => topics > 0).map(({ groupId }) => groupId)
      const told = topic.partitions.flatMap(({ index }) => logs.get(topic.id, index) ?? [])
      if (!dryRun) {
        checkConfirmed(confirm, name)
        const request = { topics: [{ name: null, topicId: topic.id }], topicNames: [], timeoutMs: TIMEOUT_MS }
        checkDone((await ask(services, exchange, 'deleteTopics', request)).responses[0])
      }
      return {
        topic: name,
        partitions: topic.partitions.length,
        bytes: String(told.reduce((sum, { size }) => sum + size, 0)),
        records: String(told.reduce((sum, { logStart, highWatermark }) => sum + highWatermark - logStart, 0)),
        groups: everyOffset ? committed : [...(readers.get(name)?.groups ?? [])],
        everyOffset,
      }
    },
    addPartitions: async ({ topic: name, count, dryRun }, exchange) => {
      const before = find(name).partitions.length
      const request = { topics: [{ name, count, assignments: null }], timeoutMs: TIMEOUT_MS, validateOnly: dryRun }
      checkDone((await ask(services, exchange, 'createPartitions', request)).results[0])
      return { before, after: count }
    },
    alterTopicConfigs: async ({ topic: name, ...edit }, exchange) => {
      const resolve = (overrides: TopicImage['configs']) => resolveTopic(configs.layers(cluster.image()), overrides)
      const before = find(name).configs
      await alter(resourceTypes.topic, name, edit, exchange)
      return edited(edit, resolve(before), resolve(withEdit(before, edit)))
    },
    alterBrokerConfigs: async ({ broker, ...edit }, exchange) => {
      const before = configs.layers(cluster.image())
      await alter(resourceTypes.broker, String(broker), edit, exchange)
      const after = { ...before, dynamicBroker: withEdit(before.dynamicBroker, edit) }
      return edited(edit, resolveBroker(before), resolveBroker(after))
    },
    deleteRecords: async ({ topic: name, partitions, confirm, dryRun }, exchange) => {
      const topic = find(name)
      checkMayDeleteRecords(services, topic)
      const all = topic.partitions.map(({ index }) => ({ partition: index, before: undefined }))
      const cuts = partitions ?? all
      const queries = cuts.map(({ partition }) => ({ topicId: topic.id, partition }))
      const logs = await engine.queries.logOffsets(queries)
      const planned = cuts.map(({ partition, before }, at): Cut => {
        const log = logs[at]
        if (log === undefined) throw new BrokerError('UNKNOWN_TOPIC_OR_PARTITION')
        checkDone(log)
        const to = before === undefined ? log.highWatermark : Number(before)
        if (to > log.highWatermark) {
          throw new BrokerError('OFFSET_OUT_OF_RANGE', `Partition ${partition} ends at ${log.highWatermark}.`)
        }
        return { partition, firstOffset: log.logStart, newFirstOffset: Math.max(to, log.logStart) }
      })
      if (!dryRun) {
        checkConfirmed(confirm, name)
        const asked = planned.map(({ partition, newFirstOffset }) => ({
          partitionIndex: partition,
          offset: newFirstOffset,
        }))
        const request = { topics: [{ name, partitions: asked }], timeoutMs: TIMEOUT_MS }
        const done = (await ask(services, exchange, 'deleteRecords', request)).topics[0]?.partitions ?? []
        for (const each of done) checkDone(each)
      }
      return { items: planned.map(cutTold) }
    },
  }
}

interface Cut {
  readonly partition: number
  readonly firstOffset: number
  readonly newFirstOffset: number
}

const cutTold = ({ partition, firstOffset, newFirstOffset }: Cut): Output<'deleteRecords'>['items'][number] => ({
  partition,
  firstOffset: String(firstOffset),
  newFirstOffset: String(newFirstOffset),
})

export const checkConfirmed = (confirm: string | undefined, name: string): void => {
  if (confirm !== name) throw new AdminError('INVALID_INPUT', `confirm: repeat the name, ${name}, to go on.`)
}

type Edit = Pick<Checked<'alterTopicConfigs'>, 'set' | 'unset'>

const withEdit = (before: ConfigOverrides, { set, unset }: Edit): ConfigOverrides =>
  new Map([...[...before].filter(([key]) => !unset.includes(key)), ...Object.entries(set)])

const edited = (
  { set, unset }: Edit,
  before: ResolvedConfigs,
  after: ResolvedConfigs,
): Output<'alterTopicConfigs'> => ({
  items: [...new Set([...Object.keys(set), ...unset])].map((name) => ({
    name,
    before: before.get(name)?.value ?? null,
    after: after.get(name)?.value ?? set[name] ?? null,
  })),
})
