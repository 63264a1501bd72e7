/** How far a group is in each partition. */
import { getRouteApi, Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Group, GroupOffset } from '../api.ts'
import { NameText } from '../parts/name-text.tsx'
import { Pager } from '../parts/pager.tsx'
import { Behind, Count, Lag } from '../parts/size.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { useChange } from '../parts/use-change.ts'
import type { GroupSearch } from '../search.ts'

const route = getRouteApi('/groups/$group')

export const GroupOffsets = ({ group }: { readonly group: Group }) => {
  const { t } = useTranslation()
  const { page } = route.useSearch()
  const change = useChange<GroupSearch>()
  const clientOf = new Map(group.memberRows.map(({ id, clientId }) => [id, clientId]))
  const columns: readonly Column<GroupOffset>[] = [
    {
      id: 'topic',
      title: t('offsets.topic'),
      cell: ({ topic }) => (
        <span className="name">
          <Link to="/topics/$topic" params={{ topic }}>
            <NameText>{topic}</NameText>
          </Link>
        </span>
      ),
    },
    { id: 'partition', title: t('offsets.partition'), end: true, cell: ({ partition }) => partition },
    { id: 'committed', title: t('offsets.committed'), end: true, cell: ({ committed }) => <Count value={committed} /> },
    {
      id: 'end',
      title: t('offsets.end'),
      end: true,
      wide: true,
      cell: ({ endOffset }) => <Count value={endOffset} />,
    },
    { id: 'lag', title: t('groups.lag'), end: true, cell: ({ lag }) => <Lag value={lag} /> },
    {
      id: 'lagSeconds',
      title: t('groups.lagTime'),
      end: true,
      wide: true,
      cell: ({ lagSeconds }) => <Behind seconds={lagSeconds} />,
    },
    {
      id: 'member',
      title: t('offsets.member'),
      wide: true,
      cell: ({ memberId }) =>
        memberId === null ? <span className="quiet">-</span> : <code title={memberId}>{clientOf.get(memberId)}</code>,
    },
    { id: 'metadata', title: t('offsets.metadata'), wide: true, cell: ({ metadata }) => metadata },
  ]
  return (
    <>
      <div className="toolbar">
        <Pager page={page} total={group.offsetsTotal} onPage={(to) => change({ page: to })} />
      </div>
      <Table
        label={t('groupTab.offsets')}
        columns={columns}
        rows={group.offsetRows}
        rowKey={({ topic, partition }) => `${topic} ${partition}`}
        empty={t('offsets.none')}
      />
    </>
  )
}
