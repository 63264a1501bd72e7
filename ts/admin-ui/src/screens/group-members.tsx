/** Who is in a group, and what each of them reads. */
import { useTranslation } from 'react-i18next'
import type { Member } from '../api.ts'
import { type Column, Table } from '../parts/table.tsx'

export const GroupMembers = ({ members }: { readonly members: readonly Member[] }) => {
  const { t } = useTranslation()
  const columns: readonly Column<Member>[] = [
    { id: 'client', title: t('members.client'), cell: ({ clientId }) => <code>{clientId}</code> },
    { id: 'host', title: t('members.host'), cell: ({ host }) => <code>{host.replace(/^\//, '')}</code> },
    { id: 'software', title: t('members.software'), wide: true, cell: ({ software }) => <Software of={software} /> },
    {
      id: 'instance',
      title: t('members.instance'),
      wide: true,
      cell: ({ instanceId }) => (instanceId === null ? <span className="quiet">-</span> : <code>{instanceId}</code>),
    },
    {
      id: 'partitions',
      title: t('members.partitions'),
      end: true,
      cell: ({ assignments }) => assignments.reduce((sum, { partitions }) => sum + partitions.length, 0),
    },
    { id: 'reads', title: t('members.reads'), wide: true, cell: ({ assignments }) => reads(assignments) },
    { id: 'id', title: t('members.id'), wide: true, cell: ({ id }) => <code className="quiet cut">{id}</code> },
  ]
  return (
    <Table
      label={t('groupTab.members')}
      columns={columns}
      rows={members}
      rowKey={({ id }) => id}
      empty={t('members.none')}
    />
  )
}

const Software = ({ of }: { readonly of: Member['software'] }) => {
  const { t } = useTranslation()
  if (of !== null) return <code>{`${of.name} ${of.version}`}</code>
  return (
    <span className="quiet" title={t('members.unknownWhy')}>
      {t('members.unknown')}
    </span>
  )
}

const reads = (assignments: Member['assignments']): string =>
  assignments.map(({ topic, partitions }) => `${topic} [${partitions.join(', ')}]`).join('; ')
