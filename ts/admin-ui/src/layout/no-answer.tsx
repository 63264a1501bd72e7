/** What stands over a screen while the broker does not answer: how old the figures below are. */
import { type Query, useQueryClient } from '@tanstack/react-query'
import { ApiError } from 'millrace/admin/client.js'
import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../parts/icon.tsx'
import { useFormat } from '../parts/use-format.ts'
import { PART } from '../parts/use-part.ts'

export const NoAnswer = () => {
  const { t } = useTranslation()
  const { moment } = useFormat()
  const since = useUnanswered()
  if (since === null) return null
  return (
    <div className="no-answer" role="alert">
      <Icon name="warning" />
      <strong>{t('failure.unreachable')}</strong>
      {since > 0 && <span>{t('shell.shownFrom', { at: moment(since) })}</span>}
    </div>
  )
}

/** Of when the oldest is that is shown and has no newer answer; 0 where there is nothing, null where all was answered. */
const useUnanswered = (): number | null => {
  const cache = useQueryClient().getQueryCache()
  return useSyncExternalStore(
    (listener) => cache.subscribe(listener),
    () => {
      const unanswered = cache.findAll({ type: 'active', predicate: isUnanswered })
      if (unanswered.length === 0) return null
      const times = unanswered.map(({ state }) => state.dataUpdatedAt).filter((at) => at > 0)
      return times.length === 0 ? 0 : Math.min(...times)
    },
  )
}

const isUnanswered = ({ queryKey, state: { error } }: Query): boolean =>
  queryKey[0] !== PART && error !== null && !(error instanceof ApiError)
