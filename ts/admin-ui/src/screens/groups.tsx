/** Every consumer group: searched, sorted and cut into pages by the broker. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { groupStates } from 'millrace/admin/contract/groups.js'
import { useTranslation } from 'react-i18next'
import { groupsQuery } from '../api.ts'
import { Icon } from '../parts/icon.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { useNoRows } from '../parts/no-rows.ts'
import { Page } from '../parts/page.tsx'
import { Pager } from '../parts/pager.tsx'
import { SearchBox } from '../parts/search-box.tsx'
import { Table } from '../parts/table.tsx'
import { useChange } from '../parts/use-change.ts'
import { type GroupsSearch, rowsOf } from '../search.ts'
import { groupColumnsOf } from './group-columns.tsx'

const route = getRouteApi('/groups')

export const GroupsScreen = () => {
  const { t } = useTranslation()
  const noRows = useNoRows()
  const search = route.useSearch()
  const change = useChange<GroupsSearch>()
  // Another choice begins at its first page.
  const choose = (chosen: Partial<GroupsSearch>) => change({ page: 1, ...chosen })
  const { page, state, topic, ...asked } = search
  const query = useQuery(
    groupsQuery({
      ...asked,
      ...(state === '' ? {} : { state }),
      ...(topic === '' ? {} : { topic }),
      ...rowsOf(page),
    }),
  )
  return (
    <Page title={t('groups.title')}>
      <div className="toolbar">
        <SearchBox
          value={search.search}
          label={t('groups.search')}
          onChange={(text) => change({ search: text, page: 1 }, { replace: true })}
        />
        <select
          className="select"
          aria-label={t('groups.state')}
          value={state}
          onChange={({ target }) => choose({ state: target.value as GroupsSearch['state'] })}
        >
          <option value="">{t('groups.anyState')}</option>
          {groupStates.map((each) => (
            <option key={each} value={each}>
              {t(`groupState.${each}`)}
            </option>
          ))}
        </select>
        {topic !== '' && (
          <button type="button" className="button chip" onClick={() => choose({ topic: '' })}>
            {t('groups.ofTopic', { topic })}
            <Icon name="close" />
          </button>
        )}
        {query.data !== undefined && (
          <Pager page={page} total={query.data.total} onPage={(to) => change({ page: to })} />
        )}
      </div>
      <Loaded query={query}>
        {({ items, total }) => (
          <Table
            label={t('groups.title')}
            columns={groupColumnsOf(t)}
            rows={items}
            rowKey={({ name }) => name}
            sorting={{
              ...search,
              onSort: (sort, order) => choose({ sort: sort as GroupsSearch['sort'], order }),
            }}
            empty={noRows({
              total,
              isNarrowed: [search.search, state, topic].some((each) => each !== ''),
              none: t('groups.none'),
            })}
          />
        )}
      </Loaded>
    </Page>
  )
}
