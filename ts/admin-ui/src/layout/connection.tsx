/** Whether the broker answers, and which it is. */
import type { UseQueryResult } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Cluster } from '../api.ts'

export const Connection = ({ cluster: { data, isError } }: { readonly cluster: UseQueryResult<Cluster> }) => {
  const { t } = useTranslation()
  const tone = isError ? 'bad' : data?.state === 'running' ? 'good' : 'warn'
  return (
    <div className="connection" role="status">
      <span className={`dot ${tone}`} />
      <span>
        {isError || data === undefined ? t('shell.noAnswer') : t('shell.broker', { id: data.nodeId })}
        {data !== undefined && <small>{data.version}</small>}
      </span>
    </div>
  )
}
