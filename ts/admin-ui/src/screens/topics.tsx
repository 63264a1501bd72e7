/** Every topic: searched, sorted and cut into pages by the broker. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { type TopicRow, topicsQuery } from '../api.ts'
import { Actions } from '../parts/actions.tsx'
import { Badge } from '../parts/badge.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { NameText } from '../parts/name-text.tsx'
import { useNoRows } from '../parts/no-rows.ts'
import { Page } from '../parts/page.tsx'
import { Pager } from '../parts/pager.tsx'
import { SearchBox } from '../parts/search-box.tsx'
import { Count, Lag, Rate, Size } from '../parts/size.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { Toggle } from '../parts/toggle.tsx'
import { useChange } from '../parts/use-change.ts'
import { useNoTopics } from '../parts/use-no-topics.tsx'
import { rowsOf, type TopicsSearch } from '../search.ts'

const route = getRouteApi('/topics')

export const TopicsScreen = () => {
  const { t } = useTranslation()
  const noRows = useNoRows()
  const noTopics = useNoTopics()
  const search = route.useSearch()
  const change = useChange<TopicsSearch>()
  // Another choice begins at its first page.
  const choose = (chosen: Partial<TopicsSearch>) => change({ page: 1, ...chosen })
  const { page, ...asked } = search
  const query = useQuery(
    topicsQuery({ ...asked, internal: String(asked.internal) as 'true' | 'false', ...rowsOf(page) }),
  )
  return (
    <Page
      title={t('topics.title')}
      actions={
        <Actions
          route="createTopic"
          actions={[
            {
              text: t('action.createTopic'),
              window: ({ CreateTopic }, onClose) => <CreateTopic onClose={onClose} />,
            },
          ]}
        />
      }
    >
      <div className="toolbar">
        <SearchBox
          value={search.search}
          label={t('topics.search')}
          onChange={(text) => change({ search: text, page: 1 }, { replace: true })}
        />
        <Toggle label={t('topics.internal')} checked={search.internal} onChange={(internal) => choose({ internal })} />
        {query.data !== undefined && (
          <Pager page={page} total={query.data.total} onPage={(to) => change({ page: to })} />
        )}
      </div>
      <Loaded query={query}>
        {({ items, total }) => (
          <Table
            label={t('topics.title')}
            columns={columnsOf(t)}
            rows={items}
            rowKey={({ id }) => id}
            sorting={{
              ...search,
              onSort: (sort, order) => choose({ sort: sort as TopicsSearch['sort'], order }),
            }}
            empty={noRows({ total, isNarrowed: search.search !== '', none: noTopics.none })}
          />
        )}
      </Loaded>
      {noTopics.window}
    </Page>
  )
}

const columnsOf = (t: TFunction): readonly Column<TopicRow>[] => [
  { id: 'name', title: t('topics.name'), sortable: 'text', cell: (topic) => <Name topic={topic} /> },
  {
    id: 'partitions',
    title: t('topics.partitions'),
    sortable: 'number',
    end: true,
    cell: ({ partitions }) => partitions,
  },
  {
    id: 'replicationFactor',
    title: t('topics.replicas'),
    sortable: 'number',
    end: true,
    wide: true,
    cell: ({ replicationFactor }) => replicationFactor,
  },
  {
    id: 'records',
    title: t('topics.records'),
    sortable: 'number',
    end: true,
    wide: true,
    cell: ({ records }) => <Count value={records} />,
  },
  { id: 'bytes', title: t('topics.size'), sortable: 'number', end: true, cell: ({ bytes }) => <Size value={bytes} /> },
  {
    id: 'traffic',
    title: t('topics.traffic'),
    sortable: 'number',
    end: true,
    wide: true,
    cell: ({ messagesIn, messagesOut }) => (
      <>
        <Rate value={messagesIn} /> / <Rate value={messagesOut} />
      </>
    ),
  },
  {
    id: 'groups',
    title: t('topics.groups'),
    sortable: 'number',
    end: true,
    wide: true,
    cell: ({ name, groups }) =>
      groups === 0 ? (
        <span className="quiet">0</span>
      ) : (
        <Link to="/groups" search={{ topic: name }}>
          {groups}
        </Link>
      ),
  },
  { id: 'lag', title: t('topics.lag'), sortable: 'number', end: true, cell: ({ lag }) => <Lag value={lag} /> },
  {
    id: 'cleanupPolicy',
    title: t('topics.cleanup'),
    sortable: 'text',
    wide: true,
    cell: ({ cleanupPolicy }) => <code>{cleanupPolicy}</code>,
  },
]

const Name = ({ topic: { name, internal, underReplicated } }: { readonly topic: TopicRow }) => {
  const { t } = useTranslation()
  return (
    <span className="name">
      <Link to="/topics/$topic" params={{ topic: name }}>
        <NameText>{name}</NameText>
      </Link>
      {internal && <Badge>{t('topics.isInternal')}</Badge>}
      {underReplicated > 0 && <Badge tone="bad">{t('topics.underReplicated', { count: underReplicated })}</Badge>}
    </span>
  )
}
