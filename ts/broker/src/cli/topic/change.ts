// `millrace topic create`, `alter`, `clone`, `delete` and `purge`.
import { OFFSETS_TOPIC } from '../../groups/offsets-topic.ts'
import type { Client } from '../client/client.ts'
import { changeSettings, describeSettings, parseAssignment, type SettingChange } from '../client/configs.ts'
import { countCommitted } from '../client/group-standings.ts'
import { EARLIEST, LATEST, offsetsAt, placeKey, trimTo } from '../client/offsets.ts'
import { createAll, deleteAll, describeTopic, describeTopics, growTopic, type NewTopic } from '../client/topics.ts'
import { confirm, type ConfirmOptions } from '../confirm.ts'
import { exitCode } from '../exit-codes.ts'
import { Failure, refused } from '../failure.ts'
import { counted } from '../nouns.ts'
import { parseCount } from '../numbers.ts'
import { show } from '../output/formats.ts'
import { movesView } from '../output/moves.ts'
import { columns, listing, type View } from '../output/view.ts'
import { report } from '../report.ts'
import { withClient } from '../session.ts'
import type { ShowOptions } from '../settings.ts'
import type { Terminal } from '../terminal.ts'

/** What the cluster has as its default. */
const CLUSTER_DEFAULT = -1

export interface CreateOptions extends ShowOptions {
  readonly partitions?: string
  readonly replicas?: string
  readonly config: readonly string[]
  readonly dryRun?: boolean
  readonly ifNotExists?: boolean
}

export const create = (terminal: Terminal, names: readonly string[], options: CreateOptions): Promise<number> =>
  withClient(terminal, options, async (client, settings) => {
    const partitions = parseCount('--partitions', options.partitions) ?? CLUSTER_DEFAULT
    const replicas = parseCount('--replicas', options.replicas) ?? CLUSTER_DEFAULT
    const configs = new Map(options.config.map(parseAssignment))
    const topics = names.map((name): NewTopic => ({ name, partitions, replicas, configs }))
    const done = await createAll(client, topics, options.dryRun)
    const good = done.map((one) => {
      const exists = one.result instanceof Failure && one.result.code === 'TOPIC_ALREADY_EXISTS'
      return exists && options.ifNotExists === true ? { ...one, result: null } : one
    })
    const created = createdOr(options)
    return report(terminal, settings, good, {
      kind: 'topic',
      dryRun: options.dryRun,
      word: (result) => (result === null ? 'exists' : created),
      note: ({ subject, result }) => {
        if (result === null) return `${subject} exists`
        const shape =
          result.partitions > 0
            ? ` with ${counted(result.partitions, 'partition')}, ${counted(result.replicas, 'replica')}`
            : ''
        return `${created} ${subject}${shape}`
      },
    })
  })

const createdOr = ({ dryRun }: CreateOptions | CloneOptions): string => (dryRun === true ? 'would create' : 'created')

export interface AlterOptions extends ShowOptions {
  readonly partitions?: string
  readonly set: readonly string[]
  readonly unset: readonly string[]
  readonly dryRun?: boolean
}

export const alter = (terminal: Terminal, name: string, options: AlterOptions): Promise<number> =>
  withClient(terminal, options, async (client, settings) => {
    const resource = { kind: 'topic', name } as const
    const isDry = options.dryRun === true
    const wanted = parseCount('--partitions', options.partitions)
    const { partitions } = await describeTopic(client, name)
    const before = new Map((await describeSettings(client, resource)).map((setting) => [setting.key, setting.value]))
    const changes = [
      ...options.set.map(parseAssignment).map(([key, value]): SettingChange => ({ key, operation: 'set', value })),
      ...options.unset.map((key): SettingChange => ({ key, operation: 'delete', value: null })),
    ]
    if (wanted === null && changes.length === 0)
      throw new Failure('usage', 'nothing is to be changed', {
        next: 'give --partitions, --set key=value or --unset key',
      })
    if (wanted !== null) await growTopic(client, name, wanted, isDry)
    if (changes.length > 0) await changeSettings(client, resource, changes, isDry)
    const moves = [
      ...(wanted === null ? [] : [{ key: 'partitions', old: String(partitions.length), next: String(wanted) }]),
      ...changes.map(({ key, value }) => ({ key, old: before.get(key) ?? null, next: value ?? 'default' })),
    ]
    await show(terminal, movesView(moves), settings)
    terminal.note(isDry ? 'checked by the broker, and not changed' : `changed ${name}`)
    return exitCode('ok')
  })

export interface CloneOptions extends ShowOptions {
  readonly dryRun?: boolean
}

/** The shape and the settings of a topic, not its records. */
export const clone = (terminal: Terminal, from: string, to: string, options: CloneOptions): Promise<number> =>
  withClient(terminal, options, async (client, settings) => {
    const { partitions } = await describeTopic(client, from)
    const described = await describeSettings(client, { kind: 'topic', name: from })
    const own = described.flatMap(({ key, value, own }) => (own && value !== null ? [[key, value] as const] : []))
    const replicas = partitions[0]?.replicas.length ?? CLUSTER_DEFAULT
    const topic: NewTopic = { name: to, partitions: partitions.length, replicas, configs: new Map(own) }
    const done = await createAll(client, [topic], options.dryRun)
    const created = createdOr(options)
    return report(terminal, settings, done, {
      kind: 'topic',
      dryRun: options.dryRun,
      word: () => created,
      note: () =>
        `${created} ${to} with ${counted(partitions.length, 'partition')} and ${counted(own.length, 'setting')} of ${from}`,
    })
  })

export interface DeleteOptions extends ShowOptions, ConfirmOptions {
  readonly ifExists?: boolean
}

export const remove = (terminal: Terminal, names: readonly string[], options: DeleteOptions): Promise<number> =>
  withClient(terminal, options, async (client, settings) => {
    const found = options.ifExists === true ? await existing(client, names) : names
    const isDry = options.dryRun === true
    if (isDry || options.yes !== true) {
      const plans = await contents(client, found)
      const text = plans.flatMap(({ name, partitions, records, groups }) => [
        `${name}: ${counted(partitions, 'partition')}, ${counted(records, 'record')} will be gone`,
        ...(groups === null ? [] : [`${name}: all committed offsets of ${counted(groups, 'group')} will be gone`]),
      ])
      if (isDry) {
        await show(terminal, { ...plansView(plans), text }, settings)
        return exitCode('ok')
      }
      text.forEach(terminal.note)
    }
    if (found.length > 0)
      await confirm(terminal, options, settings, `Deleting ${counted(found.length, 'topic')}`, found)
    return report(terminal, settings, await deleteAll(client, found), {
      kind: 'topic',
      word: () => 'deleted',
      note: ({ subject }) => `deleted ${subject}`,
    })
  })

const plansView = (plans: Awaited<ReturnType<typeof contents>>): View =>
  listing(plans, {
    columns: columns(['topic', 'partitions', 'records', 'groups']),
    cells: ({ name, partitions, records, groups }) => [name, partitions, records, groups],
    name: ({ name }) => name,
  })

const existing = async (client: Client, names: readonly string[]): Promise<readonly string[]> => {
  const found: string[] = []
  for (const name of names) {
    try {
      await describeTopic(client, name)
      found.push(name)
    } catch (error) {
      if (!(error instanceof Failure) || error.outcome !== 'notFound') throw error
    }
  }
  return found
}

const contents = async (client: Client, names: readonly string[]) => {
  const topics = await describeTopics(client, names)
  const starts = await offsetsAt(client, topics, EARLIEST)
  const ends = await offsetsAt(client, topics, LATEST)
  const committed = names.includes(OFFSETS_TOPIC) ? await countCommitted(client) : null
  return topics.map(({ name, partitions }) => {
    const keys = partitions.map(({ partition }) => placeKey({ topic: name, partition }))
    const records = keys.reduce((sum, key) => sum + (ends.get(key) ?? 0) - (starts.get(key) ?? 0), 0)
    return { name, partitions: partitions.length, records, groups: name === OFFSETS_TOPIC ? committed : null }
  })
}

export interface PurgeOptions extends ShowOptions, ConfirmOptions {
  readonly before?: string
  readonly partition?: string
}

/** Removes records from the start of the partitions on: all of them, or those before an offset. */
export const purge = (terminal: Terminal, name: string, options: PurgeOptions): Promise<number> =>
  withClient(terminal, options, async (client, settings) => {
    const whole = await describeTopic(client, name)
    if (whole.internal)
      throw refused(`topic ${name}`, 'INVALID_TOPIC_EXCEPTION', 'it is internal, and only brokers remove its records')
    const only = parseCount('--partition', options.partition, 0)
    const topic =
      only === null ? whole : { ...whole, partitions: whole.partitions.filter(({ partition }) => partition === only) }
    if (topic.partitions.length === 0) throw new Failure('notFound', `topic ${name} has no partition ${only}`)
    const before = parseCount('--before', options.before, 0)
    const starts = await offsetsAt(client, [topic], EARLIEST)
    const ends = await offsetsAt(client, [topic], LATEST)
    const plan = topic.partitions.map(({ partition }) => {
      const key = placeKey({ topic: name, partition })
      const [start = 0, end = 0] = [starts.get(key), ends.get(key)]
      return { topic: name, partition, old: start, new: Math.min(Math.max(before ?? end, start), end) }
    })
    const text = plan.map(
      ({ partition, old, new: next }) =>
        `partition ${partition}: offsets ${old} -> ${next}, ${counted(next - old, 'record')} will be gone`,
    )
    const view = listing(plan, {
      columns: columns(['topic', 'partition', 'old', 'new']),
      cells: ({ partition, old, new: next }) => [name, partition, old, next],
      name: placeKey,
    })
    if (options.dryRun === true) {
      await show(terminal, { ...view, text }, settings)
      return exitCode('ok')
    }
    text.forEach(terminal.note)
    await confirm(terminal, options, settings, `Purging ${name}`, [name])
    await trimTo(client, topic, new Map(plan.map((one) => [placeKey(one), one.new])))
    await show(terminal, { ...view, text: [] }, settings)
    terminal.note(`purged ${name}`)
    return exitCode('ok')
  })
