/** Who reads a topic. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { groupsQuery } from '../api.ts'
import { Loaded } from '../parts/loaded.tsx'
import { Table } from '../parts/table.tsx'
import { groupColumnsOf } from './group-columns.tsx'
import { PAGE_ROWS } from '../search.ts'

export const TopicGroups = ({ topic }: { readonly topic: string }) => {
  const { t } = useTranslation()
  const query = useQuery(groupsQuery({ topic, sort: 'lag', order: 'desc', limit: PAGE_ROWS }))
  return (
    <Loaded query={query}>
      {({ items }) => (
        <Table
          label={t('topicTab.groups')}
          columns={groupColumnsOf(t)}
          rows={items}
          rowKey={({ name }) => name}
          empty={t('topic.noGroups')}
        />
      )}
    </Loaded>
  )
}
