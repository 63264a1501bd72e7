/** A query as it comes: waiting, refused, or there. What was there stays while it is asked for anew, under a refusal too. */
import type { UseQueryResult } from '@tanstack/react-query'
import { ApiError } from 'millrace/admin/client.js'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Failure } from './failure.tsx'

interface LoadedProps<Data> {
  readonly query: UseQueryResult<Data>
  /** Where to go on if there is no such thing. */
  readonly wayOut?: ReactNode
  readonly children: (data: Data) => ReactNode
}

export const Loaded = <Data,>({ query, wayOut, children }: LoadedProps<Data>) => {
  const { data, error, refetch } = query
  // That nothing answers is said once, over the screen.
  const isTold = data !== undefined && !(error instanceof ApiError)
  const failure =
    error === null || isTold ? null : <Failure error={error} onRetry={() => void refetch()} wayOut={wayOut} />
  if (data !== undefined) {
    return (
      <>
        {failure}
        {children(data)}
      </>
    )
  }
  return failure ?? <Loading />
}

export const Loading = () => {
  const { t } = useTranslation()
  return (
    <div className="loading" role="status">
      <span className="visually-hidden">{t('common.loading')}</span>
    </div>
  )
}
