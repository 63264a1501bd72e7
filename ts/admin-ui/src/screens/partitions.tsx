/** The partitions that have a problem: where the counts of the first screen lead. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { TFunction } from 'i18next'
import { partitionProblems } from 'millrace/admin/contract/topics.js'
import { useTranslation } from 'react-i18next'
import { type PartitionRow, partitionsQuery } from '../api.ts'
import { Badge } from '../parts/badge.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { NameText } from '../parts/name-text.tsx'
import { useNoRows } from '../parts/no-rows.ts'
import { Page } from '../parts/page.tsx'
import { Pager } from '../parts/pager.tsx'
import { InSync, Leader } from '../parts/partition.tsx'
import { SearchBox } from '../parts/search-box.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { useChange } from '../parts/use-change.ts'
import { type PartitionsSearch, rowsOf } from '../search.ts'

const route = getRouteApi('/partitions')

export const PartitionsScreen = () => {
  const { t } = useTranslation()
  const noRows = useNoRows()
  const { page, problem, search } = route.useSearch()
  const change = useChange<PartitionsSearch>()
  const query = useQuery(partitionsQuery({ problem, search, ...rowsOf(page) }))
  return (
    <Page title={t('partitions.title')} above={<Link to="/">{t('places.health')}</Link>}>
      <div className="toolbar">
        <SearchBox
          value={search}
          label={t('topics.search')}
          onChange={(text) => change({ search: text, page: 1 }, { replace: true })}
        />
        <select
          className="select"
          aria-label={t('partitions.problem')}
          value={problem}
          onChange={({ target }) => change({ problem: target.value as PartitionsSearch['problem'], page: 1 })}
        >
          {partitionProblems.map((each) => (
            <option key={each} value={each}>
              {t(`health.${each}`)}
            </option>
          ))}
        </select>
        {query.data !== undefined && (
          <Pager page={page} total={query.data.total} onPage={(to) => change({ page: to })} />
        )}
      </div>
      <Loaded query={query}>
        {({ items, total }) => (
          <Table
            label={t('partitions.title')}
            columns={columnsOf(t)}
            rows={items}
            rowKey={({ topic, index }) => `${topic}/${index}`}
            empty={noRows({ total, isNarrowed: search !== '', none: t('partitions.noneWith') })}
          />
        )}
      </Loaded>
    </Page>
  )
}

const columnsOf = (t: TFunction): readonly Column<PartitionRow>[] => [
  {
    id: 'topic',
    title: t('topics.name'),
    cell: ({ topic }) => (
      <span className="name">
        <Link to="/topics/$topic" params={{ topic }}>
          <NameText>{topic}</NameText>
        </Link>
      </span>
    ),
  },
  { id: 'index', title: t('partitions.index'), end: true, cell: ({ index }) => index },
  { id: 'leader', title: t('partitions.leader'), cell: (partition) => <Leader partition={partition} /> },
  { id: 'replicas', title: t('partitions.replicas'), wide: true, cell: ({ replicas }) => replicas.join(', ') },
  { id: 'isr', title: t('partitions.isr'), cell: (partition) => <InSync partition={partition} /> },
  {
    id: 'offline',
    title: t('partitions.offline'),
    cell: ({ offline }) => (offline.length === 0 ? '-' : <Badge tone="bad">{offline.join(', ')}</Badge>),
  },
]
