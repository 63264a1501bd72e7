/** What was found, in the order of time over all partitions. */
import { Link } from '@tanstack/react-router'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { type Column, Table } from '../parts/table.tsx'
import { useFormat } from '../parts/use-format.ts'
import type { MessagesSearch } from '../search.ts'
import type { Message, Run } from './use-search.ts'

interface MessageTableProps {
  readonly topic: string
  readonly search: MessagesSearch
  readonly run: Run
}

export const MessageTable = ({ topic, search, run }: MessageTableProps) => {
  const { keyAs, valueAs } = search
  const { t } = useTranslation()
  const { moment } = useFormat()
  const columns: readonly Column<Message>[] = [
    {
      id: 'time',
      title: t('messages.time'),
      cell: ({ timestamp }) => (
        <span className="when" title={timestamp}>
          {moment(timestamp)}
        </span>
      ),
    },
    { id: 'partition', title: t('partitions.index'), end: true, wide: true, cell: ({ partition }) => partition },
    {
      id: 'offset',
      title: t('messages.offset'),
      end: true,
      cell: ({ partition, offset }) => (
        <Link
          to="/topics/$topic/messages/$partition/$offset"
          params={{ topic, partition: String(partition), offset }}
          search={{ keyAs, valueAs }}
          aria-label={t('message.title', { partition, offset })}
        >
          {offset}
          <span className="aside narrow">{t('messages.ofPartition', { partition })}</span>
        </Link>
      ),
    },
    { id: 'key', title: t('messages.key'), wide: true, cell: ({ key }) => <Preview payload={key} /> },
    { id: 'value', title: t('messages.value'), cell: ({ value }) => <Preview payload={value} /> },
  ]
  return (
    <Table
      label={t('topicTab.messages')}
      columns={columns}
      rows={run.rows}
      rowKey={({ partition, offset }) => `${partition} ${offset}`}
      empty={whyEmpty(t, search, run)}
    />
  )
}

/** Of a search that found nothing, or has not yet. */
const whyEmpty = (t: TFunction, { from, filter, partitions }: MessagesSearch, { cursor }: Run): string => {
  if (from === 'live') return t('messages.noneCame')
  if (cursor !== null) return t('messages.noneYet')
  if (filter !== '') return t('common.nothingFound')
  if (from === 'offset' || from === 'time') return t('messages.noneBehind')
  return partitions === '' ? t('messages.noneInTopic') : t('messages.noneInPartitions')
}

const PREVIEW_CHARACTERS_MAX = 200

const Preview = ({ payload }: { readonly payload: Message['value'] }) => {
  if (payload === null) return <span className="quiet">null</span>
  return <code className="preview">{payload.text === '' ? '""' : payload.text.slice(0, PREVIEW_CHARACTERS_MAX)}</code>
}
