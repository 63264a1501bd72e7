/** A query as it comes: waiting, refused, or there. What was there stays while it is asked for anew. */
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Failure } from './failure.tsx'

interface LoadedProps<Data> {
  readonly query: UseQueryResult<Data>
  readonly children: (data: Data) => ReactNode
}

export const Loaded = <Data,>({ query, children }: LoadedProps<Data>) => {
  const { t } = useTranslation()
  if (query.data !== undefined) return children(query.data)
  if (query.error !== null) return <Failure error={query.error} onRetry={() => void query.refetch()} />
  return (
    <div className="loading" role="status">
      <span className="visually-hidden">{t('common.loading')}</span>
    </div>
  )
}
