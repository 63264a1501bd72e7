/** What addresses hold beside the path: all of what a view shows. Texts come in, and what is not known becomes the default. */
import type { SearchSchemaInput } from '@tanstack/react-router'
import { groupColumns, groupStates } from 'millrace/admin/contract/groups.js'
import { decoderWish, filterLanguages } from 'millrace/admin/contract/messages.js'
import { type PartitionProblem, partitionProblems, topicColumns } from 'millrace/admin/contract/topics.js'
import { oneOf } from './one-of.ts'

type Given = Readonly<Record<string, unknown>>

/** What a link may give; the rest has its default. */
type From<Search> = Partial<Search> & SearchSchemaInput

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const flag = (value: unknown): boolean => value === true || value === 'true'

/** Pages are counted from one, as people do. */
const pageNumber = (value: unknown): number => {
  const page = Number(value)
  return Number.isSafeInteger(page) && page > 1 ? page : 1
}

const orders = ['asc', 'desc'] as const

export const PAGE_ROWS = 50

/** A page of the reader as the API counts it. */
export const rowsOf = (page: number) => ({ offset: (page - 1) * PAGE_ROWS, limit: PAGE_ROWS })

const listSearch = <const Columns extends readonly [string, ...string[]]>(given: Given, columns: Columns) => ({
  search: text(given['search']),
  sort: oneOf(columns, given['sort'], columns[0] as Columns[number]),
  order: oneOf(orders, given['order'], 'asc'),
  page: pageNumber(given['page']),
})

export interface TopicsSearch {
  readonly search: string
  readonly sort: (typeof topicColumns)[number]
  readonly order: (typeof orders)[number]
  readonly page: number
  readonly internal: boolean
}

export const topicsSearch = (given: From<TopicsSearch>): TopicsSearch => ({
  ...listSearch(given, topicColumns),
  internal: flag(given.internal),
})

export interface PartitionsSearch {
  readonly problem: PartitionProblem
  readonly search: string
  readonly page: number
}

export const partitionsSearch = (given: From<PartitionsSearch>): PartitionsSearch => ({
  problem: oneOf(partitionProblems, given.problem, 'leaderless'),
  search: text(given.search),
  page: pageNumber(given.page),
})

export interface GroupsSearch {
  readonly search: string
  readonly sort: (typeof groupColumns)[number]
  readonly order: (typeof orders)[number]
  readonly page: number
  readonly state: (typeof groupStates)[number] | ''
  readonly topic: string
}

export const groupsSearch = (given: From<GroupsSearch>): GroupsSearch => ({
  ...listSearch(given, groupColumns),
  state: oneOf(groupStates, given.state, ''),
  topic: text(given.topic),
})

export const topicTabs = ['partitions', 'configs', 'groups'] as const

/** What a list of configs is narrowed to. */
export interface ConfigsSearch {
  readonly find: string
  readonly changed: boolean
}

export interface TopicSearch extends ConfigsSearch {
  readonly tab: (typeof topicTabs)[number]
  readonly page: number
}

const configsSearch = (given: Given): ConfigsSearch => ({ find: text(given['find']), changed: flag(given['changed']) })

export const topicSearch = (given: From<TopicSearch>): TopicSearch => ({
  tab: oneOf(topicTabs, given.tab, 'partitions'),
  page: pageNumber(given.page),
  ...configsSearch(given),
})

/** `last` is `latest` with a number. */
export const messageStarts = ['latest', 'last', 'earliest', 'offset', 'time', 'live'] as const
export const decoderWishes = decoderWish.options

/** How keys and values are read. */
export interface ReadingSearch {
  readonly keyAs: (typeof decoderWishes)[number]
  readonly valueAs: (typeof decoderWishes)[number]
}

export interface MessagesSearch extends ReadingSearch {
  readonly from: (typeof messageStarts)[number]
  /** For `offset`. */
  readonly offset: string
  /** For `time`: milliseconds since 1970. */
  readonly time: string
  /** How many at once; for `last`, how many. */
  readonly count: number
  /** `0,3`; empty for all. */
  readonly partitions: string
  readonly filter: string
  readonly language: (typeof filterLanguages)[number]
}

const COUNT = 50
export const COUNT_MAX = 1000

const matching = (pattern: RegExp, value: unknown): string => (pattern.test(text(value)) ? text(value) : '')

const countOf = (value: unknown): number => {
  const count = Number(value)
  return Number.isSafeInteger(count) && count > 0 && count <= COUNT_MAX ? count : COUNT
}

const readingSearch = (given: Given): ReadingSearch => ({
  keyAs: oneOf(decoderWishes, given['keyAs'], 'auto'),
  valueAs: oneOf(decoderWishes, given['valueAs'], 'auto'),
})

export const messagesSearch = (given: From<MessagesSearch>): MessagesSearch => ({
  from: oneOf(messageStarts, given.from, 'latest'),
  offset: matching(/^\d{1,19}$/, given.offset),
  time: matching(/^\d{1,19}$/, given.time),
  count: countOf(given.count),
  partitions: matching(/^\d{1,9}(,\d{1,9})*$/, given.partitions),
  filter: text(given.filter),
  language: oneOf(filterLanguages, given.language, 'text'),
  ...readingSearch(given),
})

/** Readable is by the decoder, whole as it was decoded, hex all that was sent. */
export const payloadViews = ['readable', 'whole', 'hex'] as const

export interface MessageSearch extends ReadingSearch {
  readonly view: (typeof payloadViews)[number]
}

export const messageSearch = (given: From<MessageSearch>): MessageSearch => ({
  view: oneOf(payloadViews, given.view, 'readable'),
  ...readingSearch(given),
})

export const groupTabs = ['offsets', 'members'] as const

export interface GroupSearch {
  readonly tab: (typeof groupTabs)[number]
  readonly page: number
}

export const groupSearch = (given: From<GroupSearch>): GroupSearch => ({
  tab: oneOf(groupTabs, given.tab, 'offsets'),
  page: pageNumber(given.page),
})

export interface AuditSearch {
  readonly search: string
  readonly page: number
}

export const auditSearch = (given: From<AuditSearch>): AuditSearch => ({
  search: text(given.search),
  page: pageNumber(given.page),
})

export type BrokerSearch = ConfigsSearch
export const brokerSearch = (given: From<BrokerSearch>): BrokerSearch => configsSearch(given)

/** Plain text both ways: a search for 007 stays one. */
export const parseSearch = (query: string): Record<string, string> => Object.fromEntries(new URLSearchParams(query))

export const writeSearch = (search: Given): string => {
  const texts = Object.entries(search).filter(([, value]) => value !== undefined && value !== '' && value !== false)
  const query = new URLSearchParams(texts.map(([name, value]) => [name, String(value)])).toString()
  return query === '' ? '' : `?${query}`
}
