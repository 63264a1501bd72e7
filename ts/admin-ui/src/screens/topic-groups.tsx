/** Who reads a topic. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { groupsQuery } from '../api.ts'
import { Loaded } from '../parts/loaded.tsx'
import { useNoRows } from '../parts/no-rows.ts'
import { Pager } from '../parts/pager.tsx'
import { Table } from '../parts/table.tsx'
import { useChange } from '../parts/use-change.ts'
import { rowsOf, type TopicSearch } from '../search.ts'
import { groupColumnsOf } from './group-columns.tsx'

const route = getRouteApi('/topics/$topic')

export const TopicGroups = ({ topic }: { readonly topic: string }) => {
  const { t } = useTranslation()
  const noRows = useNoRows()
  const { page } = route.useSearch()
  const change = useChange<TopicSearch>()
  const query = useQuery(groupsQuery({ topic, sort: 'lag', order: 'desc', ...rowsOf(page) }))
  return (
    <Loaded query={query}>
      {({ items, total }) => (
        <>
          <div className="toolbar">
            <span className="quiet">{t('topic.wholeGroups')}</span>
            <Pager page={page} total={total} onPage={(to) => change({ page: to })} />
          </div>
          <Table
            label={t('topicTab.groups')}
            columns={groupColumnsOf(t)}
            rows={items}
            rowKey={({ name }) => name}
            empty={noRows({ total, isNarrowed: false, none: t('topic.noGroups') })}
          />
        </>
      )}
    </Loaded>
  )
}
