/** Two images of the cluster to what somebody changed between them. Brokers that come and go are not somebody's change. */
import { brokerDefinition, isSensitive } from '../configs/definitions.ts'
import type { Account, ClusterImage, ConfigOverrides, TopicImage } from '../cluster/image.ts'
import type { Change } from './audit.ts'
import { ALL_BROKERS_TOLD } from './config-history.ts'

const HIDDEN = '(hidden)'

export const differences = (before: ClusterImage, next: ClusterImage): readonly Change[] => [
  ...[...before.topicsById.changedKeys(next.topicsById)].flatMap((id) =>
    topicChanges(before.topicsById.get(id), next.topicsById.get(id)),
  ),
  ...[...before.configs.changedKeys(next.configs)].flatMap((key) => {
    const [type = '', name = ''] = splitOnce(key)
    const [old, now] = [before.configs.get(key), next.configs.get(key)]
    const subject = type === 'broker' && name === '' ? ALL_BROKERS_TOLD : name
    return configChanges(`${type}.configs`, subject, old, now, type === 'broker')
  }),
  ...accountChanges(before, next),
  ...filterChanges(before, next),
]

const splitOnce = (key: string): readonly string[] => {
  const at = key.indexOf('/')
  return [key.slice(0, at), key.slice(at + 1)]
}

const topicChanges = (before: TopicImage | undefined, next: TopicImage | undefined): readonly Change[] => {
  const name = (next ?? before)?.name ?? ''
  if (before === undefined || next === undefined) {
    const action = before === undefined ? 'topic.create' : 'topic.delete'
    return [{ action, subject: name, before: topicTold(before), after: topicTold(next) }]
  }
  const [had, has] = [before.partitions.length, next.partitions.length]
  const grown = { action: 'topic.partitions', subject: name, before: { partitions: had }, after: { partitions: has } }
  return [...(had === has ? [] : [grown]), ...configChanges('topic.configs', name, before.configs, next.configs, false)]
}

const topicTold = (topic: TopicImage | undefined): unknown =>
  topic === undefined
    ? null
    : {
        id: topic.id,
        partitions: topic.partitions.length,
        replicationFactor: topic.partitions[0]?.replicas.length ?? 0,
        configs: Object.fromEntries(topic.configs),
      }

/** Only the keys that changed. */
const configChanges = (
  action: string,
  subject: string,
  before: ConfigOverrides = new Map(),
  next: ConfigOverrides = new Map(),
  mayBeSecret: boolean,
): readonly Change[] => {
  const changed = [...new Set([...before.keys(), ...next.keys()])].filter((key) => before.get(key) !== next.get(key))
  if (changed.length === 0) return []
  const told = (configs: ConfigOverrides): unknown =>
    Object.fromEntries(
      changed.map((key) => {
        const isSecret = mayBeSecret && configs.has(key) && isSensitive(brokerDefinition(key))
        return [key, isSecret ? HIDDEN : (configs.get(key) ?? null)]
      }),
    )
  return [{ action, subject, before: told(before), after: told(next) }]
}

const accountChanges = ({ accounts: before }: ClusterImage, { accounts: next }: ClusterImage): readonly Change[] => {
  if (before === next) return []
  const told = (account: Account | undefined) => (account === undefined ? null : { role: account.role })
  return [...new Set([...before.keys(), ...next.keys()])].flatMap((name) => {
    const [old, now] = [before.get(name), next.get(name)]
    if (old === now) return []
    return [{ action: accountAction(old, now), subject: name, before: told(old), after: told(now) }]
  })
}

const filterChanges = ({ filters: before }: ClusterImage, { filters: next }: ClusterImage): readonly Change[] => {
  if (before === next) return []
  return [...new Set([...before.keys(), ...next.keys()])].flatMap((name) => {
    const [old = null, now = null] = [before.get(name), next.get(name)]
    if (old === now) return []
    return [{ action: now === null ? 'filter.delete' : 'filter.save', subject: name, before: old, after: now }]
  })
}

const accountAction = (old: Account | undefined, now: Account | undefined): string => {
  if (old === undefined) return 'account.create'
  if (now === undefined) return 'account.delete'
  return old.role === now.role ? 'account.password' : 'account.role'
}
