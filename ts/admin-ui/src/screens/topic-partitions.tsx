/** The partitions of a topic: who leads them, and from where to where they reach. */
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Partition, Topic } from '../api.ts'
import { Pager } from '../parts/pager.tsx'
import { InSync, Leader } from '../parts/partition.tsx'
import { Count, Size } from '../parts/size.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { useChange } from '../parts/use-change.ts'
import type { TopicSearch } from '../search.ts'

const route = getRouteApi('/topics/$topic')

export const TopicPartitions = ({ topic }: { readonly topic: Topic }) => {
  const { t } = useTranslation()
  const { page } = route.useSearch()
  const change = useChange<TopicSearch>()
  const columns: readonly Column<Partition>[] = [
    { id: 'index', title: t('partitions.index'), end: true, cell: ({ index }) => index },
    { id: 'leader', title: t('partitions.leader'), cell: (partition) => <Leader partition={partition} /> },
    { id: 'replicas', title: t('partitions.replicas'), wide: true, cell: ({ replicas }) => replicas.join(', ') },
    { id: 'isr', title: t('partitions.isr'), wide: true, cell: (partition) => <InSync partition={partition} /> },
    {
      id: 'first',
      title: t('partitions.first'),
      end: true,
      cell: ({ firstOffset }) => <Count value={firstOffset} />,
    },
    { id: 'end', title: t('partitions.end'), end: true, cell: ({ endOffset }) => <Count value={endOffset} /> },
    {
      id: 'stable',
      title: t('partitions.stable'),
      end: true,
      wide: true,
      cell: ({ lastStableOffset }) => <Count value={lastStableOffset} />,
    },
    { id: 'bytes', title: t('topics.size'), end: true, cell: ({ bytes }) => <Size value={bytes} /> },
  ]
  return (
    <>
      <div className="toolbar">
        <Pager page={page} total={topic.partitions} onPage={(to) => change({ page: to })} />
      </div>
      <Table
        label={t('topicTab.partitions')}
        columns={columns}
        rows={topic.partitionRows}
        rowKey={({ index }) => String(index)}
        empty={t('common.nothingFound')}
      />
    </>
  )
}
