/** What was changed, by whom, from what to what; the newest first. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { type AuditEntry, auditQuery } from '../api.ts'
import { Loaded } from '../parts/loaded.tsx'
import { NameText } from '../parts/name-text.tsx'
import { useNoRows } from '../parts/no-rows.ts'
import { Page } from '../parts/page.tsx'
import { Pager } from '../parts/pager.tsx'
import { SearchBox } from '../parts/search-box.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { useChange } from '../parts/use-change.ts'
import { When } from '../parts/when.tsx'
import { type AuditSearch, rowsOf } from '../search.ts'

const route = getRouteApi('/audit')

export const AuditScreen = () => {
  const { t } = useTranslation()
  const noRows = useNoRows()
  const { search, page } = route.useSearch()
  const change = useChange<AuditSearch>()
  const query = useQuery(auditQuery({ search, ...rowsOf(page) }))
  return (
    <Page title={t('audit.title')}>
      <div className="toolbar">
        <SearchBox
          value={search}
          label={t('audit.search')}
          onChange={(text) => change({ search: text, page: 1 }, { replace: true })}
        />
        {query.data !== undefined && (
          <Pager page={page} total={query.data.total} onPage={(to) => change({ page: to })} />
        )}
      </div>
      <Loaded query={query}>
        {({ items, total }) => (
          <Table
            label={t('audit.title')}
            columns={columnsOf(t)}
            rows={items}
            rowKey={({ id }) => String(id)}
            empty={noRows({ total, isNarrowed: search !== '', none: t('audit.none') })}
          />
        )}
      </Loaded>
    </Page>
  )
}

const columnsOf = (t: TFunction): readonly Column<AuditEntry>[] => [
  { id: 'at', title: t('audit.at'), cell: ({ at }) => <When at={at} /> },
  {
    id: 'who',
    title: t('audit.who'),
    wide: true,
    cell: ({ principal, clientId, address }) => (
      <span title={[clientId, address].filter((each) => each !== null).join(', ')}>
        {principal ?? t('audit.broker')}
      </span>
    ),
  },
  { id: 'action', title: t('audit.action'), cell: ({ action }) => <code>{action}</code> },
  { id: 'subject', title: t('audit.subject'), cell: ({ subject }) => <Subject name={subject} /> },
  { id: 'change', title: t('audit.change'), wide: true, cell: (entry) => <Change entry={entry} /> },
]

const Subject = ({ name }: { readonly name: string }) => (
  <span className="name">
    <NameText>{name}</NameText>
  </span>
)

const Change = ({ entry: { before, after } }: { readonly entry: AuditEntry }) => (
  <code className="change">{[before, after].map((each) => JSON.stringify(each ?? null)).join(' \u2192 ')}</code>
)
