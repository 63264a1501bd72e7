/** Every consumer group: searched, sorted and cut into pages by the broker. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { groupStates } from 'millrace/admin/contract/groups.js'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { groupsQuery } from '../api.ts'
import { Icon } from '../parts/icon.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Page } from '../parts/page.tsx'
import { Pager } from '../parts/pager.tsx'
import { SearchBox } from '../parts/search-box.tsx'
import { nextOrder, Table } from '../parts/table.tsx'
import { type GroupsSearch, rowsOf } from '../search.ts'
import { groupColumnsOf } from './group-columns.tsx'

const route = getRouteApi('/groups')

export const GroupsScreen = () => {
  const { t } = useTranslation()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { page, state, topic, ...asked } = search
  const query = useQuery(
    groupsQuery({
      ...asked,
      ...(state === '' ? {} : { state }),
      ...(topic === '' ? {} : { topic }),
      ...rowsOf(page),
    }),
  )
  const change = useCallback(
    (changed: Partial<GroupsSearch>, replace = false) =>
      void navigate({ search: (now) => ({ ...now, page: 1, ...changed }), replace }),
    [navigate],
  )
  const onSearch = useCallback((text: string) => change({ search: text }, true), [change])
  const onSort = (id: string) => {
    const isText = id === 'name' || id === 'state' || id === 'protocol'
    change({ sort: id as GroupsSearch['sort'], order: nextOrder(search, id, isText) })
  }
  return (
    <Page title={t('groups.title')}>
      <div className="toolbar">
        <SearchBox value={search.search} label={t('groups.search')} onChange={onSearch} />
        <select
          className="select"
          aria-label={t('groups.state')}
          value={state}
          onChange={({ target }) => change({ state: target.value as GroupsSearch['state'] })}
        >
          <option value="">{t('groups.anyState')}</option>
          {groupStates.map((each) => (
            <option key={each} value={each}>
              {t(`groupState.${each}`)}
            </option>
          ))}
        </select>
        {topic !== '' && (
          <button type="button" className="button chip" onClick={() => change({ topic: '' })}>
            {t('groups.ofTopic', { topic })}
            <Icon name="close" />
          </button>
        )}
        {query.data !== undefined && (
          <Pager page={page} total={query.data.total} onPage={(to) => change({ page: to })} />
        )}
      </div>
      <Loaded query={query}>
        {({ items }) => (
          <Table
            label={t('groups.title')}
            columns={groupColumnsOf(t)}
            rows={items}
            rowKey={({ name }) => name}
            sorting={{ sort: search.sort, order: search.order, onSort }}
            empty={search.search === '' ? t('groups.none') : t('common.nothingFound')}
          />
        )}
      </Loaded>
    </Page>
  )
}
