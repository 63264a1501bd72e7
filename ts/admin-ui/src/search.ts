/** What addresses hold beside the path: all of what a view shows. Texts come in, and what is not known becomes the default. */
import type { SearchSchemaInput } from '@tanstack/react-router'
import { groupColumns, groupStates } from 'millrace/admin/contract/groups.js'
import { topicColumns } from 'millrace/admin/contract/topics.js'
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
