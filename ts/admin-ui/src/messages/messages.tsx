/** Messages of a topic: what is asked for, how far the search is, what it found. */
import { useQuery } from '@tanstack/react-query'
import { requestOf } from 'millrace/admin/client.js'
import { useTranslation } from 'react-i18next'
import { useCommand } from '../actions/command.ts'
import { CopyCommand } from '../actions/copy-command.tsx'
import { CopyRequest } from '../actions/copy-request.tsx'
import { clusterQuery, type Topic } from '../api.ts'
import { useActionWindow } from '../parts/actions.tsx'
import { Failure } from '../parts/failure.tsx'
import { useChange } from '../parts/use-change.ts'
import type { MessagesSearch } from '../search.ts'
import { useRefusal } from '../state/may.ts'
import { MessageTable } from './message-table.tsx'
import { consumeOf, fileOf, queryOf } from './query.ts'
import { QueryForm } from './query-form.tsx'
import { SearchProgress } from './search-progress.tsx'
import { isOfFilter, useSearch } from './use-search.ts'

interface MessagesProps {
  readonly topic: Topic
  readonly search: MessagesSearch
}

export const Messages = ({ topic, search }: MessagesProps) => {
  const { t } = useTranslation()
  const change = useChange<MessagesSearch>()
  const command = useCommand()
  const { name, records, internal } = topic
  const query = queryOf(name, search)
  // Searched once something has come.
  const isEmpty = records === '0' && search.from !== 'live'
  const run = useSearch(isEmpty ? null : query, search.count)
  const mayProduce = useRefusal('produce') === null && !internal
  // It stays when the first message comes from elsewhere meanwhile.
  const { open, window } = useActionWindow()
  const isRefused = isOfFilter(run.error)
  const mayExport = useQuery(clusterQuery).data?.mayExport ?? true
  const file = query !== null && mayExport ? fileOf(query, search, 'ndjson') : null
  return (
    <>
      <QueryForm
        search={search}
        refusal={isRefused ? run.error : null}
        onSearch={(wanted) => {
          if (JSON.stringify(wanted) === JSON.stringify(search)) run.restart()
          else change(wanted)
        }}
      />
      {isEmpty && (
        <NoMessages
          onProduce={
            mayProduce ? () => open(({ Produce }, onClose) => <Produce topic={name} onClose={onClose} />) : null
          }
        />
      )}
      {window}
      {!isEmpty && query === null && <p className="quiet">{t('messages.noStart')}</p>}
      {!isEmpty && query !== null && !isRefused && (
        <>
          <Files query={query} search={search} mayExport={mayExport} />
          <SearchProgress run={run} isLive={search.from === 'live'} />
          {run.error !== null && <Failure error={run.error} onRetry={run.goOn} />}
          <MessageTable topic={name} search={search} run={run} />
          <CopyCommand command={command(consumeOf(name, search))} />
          {/* As many as are shown at once: all of them are what the files are for. */}
          {file !== null && <CopyRequest route="downloadMessages" input={{ ...file, max: search.count }} />}
        </>
      )}
    </>
  )
}

interface NoMessagesProps {
  /** Null where no message can be produced. */
  readonly onProduce: (() => void) | null
}

/** Where messages are looked for, the way to the first one is at hand. */
const NoMessages = ({ onProduce }: NoMessagesProps) => {
  const { t } = useTranslation()
  return (
    <section className="card empty">
      <p role="status">{t('messages.noneInTopic')}</p>
      {onProduce !== null && (
        <button type="button" className="button" aria-haspopup="dialog" onClick={onProduce}>
          {t('action.produceFirst')}
        </button>
      )}
    </section>
  )
}

interface FilesProps {
  readonly query: NonNullable<ReturnType<typeof queryOf>>
  readonly search: MessagesSearch
  readonly mayExport: boolean
}

const Files = ({ query, search, mayExport }: FilesProps) => {
  const { t } = useTranslation()
  const files = (['ndjson', 'csv'] as const).flatMap((format) => {
    const file = fileOf(query, search, format)
    return file === null ? [] : [{ format, path: requestOf('downloadMessages', file).path }]
  })
  if (files.length === 0) return null
  return (
    <div className="toolbar">
      {!mayExport && <span className="quiet">{t('messages.noDownload')}</span>}
      {mayExport &&
        files.map(({ format, path }) => (
          <a key={format} className="button" href={path} download>
            {t('messages.download', { format: format.toUpperCase() })}
          </a>
        ))}
    </div>
  )
}
