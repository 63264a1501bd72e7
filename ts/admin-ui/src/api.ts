/** The admin API as queries: who shows something asks here, and what is shown twice is fetched once. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { Input, Output } from 'millrace/admin/contract.js'
import { live } from './state/live.ts'
import { call } from './state/session.ts'

/** How old what is on the screen may be. */
const LIVE_MS = 2000
const CALM_MS = 10_000

/** What changes all the time. */
const moving = { refetchInterval: LIVE_MS, placeholderData: keepPreviousData } as const
/** What the stream tells the changes of. */
const told = {
  refetchInterval: () => (live() === null ? LIVE_MS : CALM_MS),
  placeholderData: keepPreviousData,
} as const

export const clusterQuery = queryOptions({ queryKey: ['cluster'], queryFn: () => call('cluster', {}), ...told })
export const brokersQuery = queryOptions({ queryKey: ['brokers'], queryFn: () => call('brokers', {}), ...told })

export const brokerConfigsQuery = (broker: number) =>
  queryOptions({
    queryKey: ['brokers', broker, 'configs'],
    queryFn: () => call('brokerConfigs', { broker }),
    refetchInterval: CALM_MS,
  })

export const configHistoryQuery = (input: Input<'configHistory'>) =>
  queryOptions({
    queryKey: ['audit', 'config', input],
    queryFn: () => call('configHistory', input),
    refetchInterval: CALM_MS,
  })

export const topicsQuery = (input: Input<'topics'>) =>
  queryOptions({ queryKey: ['topics', input], queryFn: () => call('topics', input), ...moving })

/** What goes through topics is looked at no more often. */
export const busiestTopicsQuery = (limit: number) =>
  queryOptions({
    ...topicsQuery({ sort: 'traffic', order: 'desc', limit, internal: 'false' }),
    refetchInterval: CALM_MS,
  })

export const topicQuery = (input: Input<'topic'>) =>
  queryOptions({
    queryKey: ['topic', input],
    queryFn: () => call('topic', input),
    refetchInterval: LIVE_MS,
    // Another page of it may stand there until this one comes, another topic may not.
    placeholderData: (before) => (before?.name === input.topic ? before : undefined),
  })

export const partitionsQuery = (input: Input<'partitions'>) =>
  queryOptions({ queryKey: ['topics', 'partitions', input], queryFn: () => call('partitions', input), ...told })

export const topicConfigsQuery = (topic: string) =>
  queryOptions({
    queryKey: ['topic', topic, 'configs'],
    queryFn: () => call('topicConfigs', { topic }),
    refetchInterval: CALM_MS,
  })

export const messageQuery = (input: Input<'message'>) =>
  queryOptions({ queryKey: ['message', input], queryFn: () => call('message', input), staleTime: Infinity })

export const filtersQuery = queryOptions({ queryKey: ['filters'], queryFn: () => call('filters', {}), ...told })

/** The first message of a partition that is not before an offset. */
export const nextMessageQuery = (topic: string, partition: number, offset: string) =>
  queryOptions({
    queryKey: ['nextMessage', topic, partition, offset],
    queryFn: () => call('messages', { topic, from: 'offset', offset, partitions: [partition], limit: 1 }),
    refetchInterval: CALM_MS,
  })

export const groupsQuery = (input: Input<'groups'>) =>
  queryOptions({ queryKey: ['groups', input], queryFn: () => call('groups', input), ...moving })

export const groupQuery = (input: Input<'group'>) =>
  queryOptions({
    queryKey: ['group', input],
    queryFn: () => call('group', input),
    refetchInterval: LIVE_MS,
    placeholderData: (before) => (before?.name === input.group ? before : undefined),
  })

export const historyQuery = queryOptions({ queryKey: ['history'], queryFn: () => call('history', {}), ...told })
/** What stands there is that of this group or nothing. */
export const groupHistoryQuery = (group: string) =>
  queryOptions({
    queryKey: ['group', group, 'history'],
    queryFn: () => call('groupHistory', { group }),
    refetchInterval: LIVE_MS,
  })

export const lastResetQuery = (group: string) =>
  queryOptions({
    queryKey: ['audit', 'reset', group],
    queryFn: () => call('lastReset', { group }),
    refetchInterval: told.refetchInterval,
  })

export const canaryQuery = queryOptions({ queryKey: ['canary'], queryFn: () => call('canary', {}), ...moving })
export const jobsQuery = queryOptions({ queryKey: ['jobs'], queryFn: () => call('jobs', {}), ...told })

export const accountsQuery = queryOptions({ queryKey: ['accounts'], queryFn: () => call('accounts', {}), ...told })

export const auditQuery = (input: Input<'audit'>) =>
  queryOptions({ queryKey: ['audit', input], queryFn: () => call('audit', input), ...told })

export type Job = Output<'jobs'>['items'][number]
export type Canary = NonNullable<Output<'canary'>['figures']>
export type Account = Output<'accounts'>['items'][number]
export type AuditEntry = Output<'audit'>['items'][number]
export type Cluster = Output<'cluster'>
export type Broker = Output<'brokers'>['items'][number]
export type Config = Output<'topicConfigs'>['items'][number]
export type ConfigChange = Output<'configHistory'>['items'][number]
export type SavedFilter = Output<'filters'>['items'][number]
export type TopicRow = Output<'topics'>['items'][number]
export type Topic = Output<'topic'>
export type Partition = Topic['partitionRows'][number]
export type PartitionRow = Output<'partitions'>['items'][number]
export type GroupRow = Output<'groups'>['items'][number]
export type Group = Output<'group'>
export type GroupHistory = Output<'groupHistory'>
export type WholeMessage = Output<'message'>
export type Member = Group['memberRows'][number]
export type LastReset = NonNullable<Output<'lastReset'>['reset']>
export type GroupOffset = Group['offsetRows'][number]
