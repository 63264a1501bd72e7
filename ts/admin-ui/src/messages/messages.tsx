/** Messages of a topic: what is asked for, how far the search is, what it found. */
import { useQuery } from '@tanstack/react-query'
import { requestOf } from 'millrace/admin/client.js'
import { useTranslation } from 'react-i18next'
import { useCommand } from '../actions/command.ts'
import { CopyCommand } from '../actions/copy-command.tsx'
import { CopyRequest } from '../actions/copy-request.tsx'
import { clusterQuery } from '../api.ts'
import { Failure } from '../parts/failure.tsx'
import { useChange } from '../parts/use-change.ts'
import type { MessagesSearch } from '../search.ts'
import { MessageTable } from './message-table.tsx'
import { consumeOf, fileOf, queryOf } from './query.ts'
import { QueryForm } from './query-form.tsx'
import { SearchProgress } from './search-progress.tsx'
import { isOfFilter, useSearch } from './use-search.ts'

interface MessagesProps {
  readonly topic: string
  readonly search: MessagesSearch
}

export const Messages = ({ topic, search }: MessagesProps) => {
  const { t } = useTranslation()
  const change = useChange<MessagesSearch>()
  const command = useCommand()
  const query = queryOf(topic, search)
  const run = useSearch(query, search.count)
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
      {query !== null && !isRefused && <Files query={query} search={search} mayExport={mayExport} />}
      {query === null && <p className="quiet">{t('messages.noStart')}</p>}
      {query !== null && !isRefused && (
        <>
          <SearchProgress run={run} isLive={search.from === 'live'} />
          {run.error !== null && <Failure error={run.error} onRetry={run.goOn} />}
          <MessageTable topic={topic} search={search} run={run} />
          <CopyCommand command={command(consumeOf(topic, search))} />
          {file !== null && <CopyRequest route="downloadMessages" input={file} />}
        </>
      )}
    </>
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
