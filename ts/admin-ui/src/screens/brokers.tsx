/** Every live broker with its addresses and disks. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { type Broker, brokersQuery } from '../api.ts'
import { Badge } from '../parts/badge.tsx'
import { Disk } from '../parts/disk.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Page } from '../parts/page.tsx'
import { type Column, Table } from '../parts/table.tsx'

export const BrokersScreen = () => {
  const { t } = useTranslation()
  const query = useQuery(brokersQuery)
  return (
    <Page title={t('brokers.title')}>
      <Loaded query={query}>
        {({ items }) => (
          <Table
            label={t('brokers.title')}
            columns={columnsOf(t)}
            rows={items}
            rowKey={({ id }) => String(id)}
            empty={t('common.nothingFound')}
          />
        )}
      </Loaded>
    </Page>
  )
}

const columnsOf = (t: TFunction): readonly Column<Broker>[] => [
  {
    id: 'id',
    title: t('brokers.id'),
    cell: ({ id, isController }) => (
      <span className="name">
        <Link to="/brokers/$broker" params={{ broker: String(id) }}>
          {t('shell.broker', { id })}
        </Link>
        {isController && <Badge tone="accent">{t('brokers.controller')}</Badge>}
      </span>
    ),
  },
  {
    id: 'address',
    title: t('brokers.address'),
    cell: ({ endpoints }) => endpoints.map(({ host, port }) => `${host}:${port}`).join(', '),
  },
  { id: 'rack', title: t('brokers.rack'), wide: true, cell: ({ rack }) => rack ?? '-' },
  { id: 'leads', title: t('brokers.leads'), end: true, wide: true, cell: ({ leads }) => leads },
  { id: 'replicas', title: t('brokers.replicas'), end: true, wide: true, cell: ({ replicas }) => replicas },
  {
    id: 'disk',
    title: t('brokers.disk'),
    cell: ({ directories }) => (
      <div className="disks">
        {directories.map((directory) => (
          <Disk key={directory.path} directory={directory} />
        ))}
      </div>
    ),
  },
]
