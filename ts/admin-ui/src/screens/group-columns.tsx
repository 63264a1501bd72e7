/** A group as a row, wherever groups are listed. */
import { Link } from '@tanstack/react-router'
import type { TFunction } from 'i18next'
import type { GroupRow } from '../api.ts'
import { GroupLag } from '../parts/group-lag.tsx'
import { NameText } from '../parts/name-text.tsx'
import { Behind } from '../parts/size.tsx'
import { GroupState } from '../parts/states.tsx'
import type { Column } from '../parts/table.tsx'

export const groupColumnsOf = (t: TFunction): readonly Column<GroupRow>[] => [
  {
    id: 'name',
    title: t('groups.name'),
    sortable: 'text',
    cell: ({ name }) => (
      <span className="name">
        <Link to="/groups/$group" params={{ group: name }}>
          <NameText>{name}</NameText>
        </Link>
      </span>
    ),
  },
  { id: 'state', title: t('groups.state'), sortable: 'text', cell: ({ state }) => <GroupState state={state} /> },
  { id: 'members', title: t('groups.members'), sortable: 'number', end: true, cell: ({ members }) => members },
  { id: 'topics', title: t('groups.topics'), sortable: 'number', end: true, wide: true, cell: ({ topics }) => topics },
  { id: 'lag', title: t('groups.lag'), sortable: 'number', end: true, cell: (row) => <GroupLag {...row} /> },
  {
    id: 'lagSeconds',
    title: t('groups.lagTime'),
    sortable: 'number',
    end: true,
    wide: true,
    cell: ({ lagSeconds }) => <Behind seconds={lagSeconds} />,
  },
  {
    id: 'protocol',
    title: t('groups.protocol'),
    sortable: 'text',
    wide: true,
    cell: ({ protocol }) => (protocol === '' ? <span className="quiet">-</span> : <code>{protocol}</code>),
  },
]
