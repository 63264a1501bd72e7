/** What went wrong, why, and what to do next. */
import { useRouter, type ErrorComponentProps } from '@tanstack/react-router'
import { ApiError } from 'millrace/admin/client.js'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from './icon.tsx'

const NOT_FOUND = 404

interface FailureProps {
  readonly error: unknown
  readonly onRetry?: () => void
  /** Where to go on if there is no such thing. */
  readonly wayOut?: ReactNode
}

export const Failure = ({ error, onRetry, wayOut }: FailureProps) => {
  const { t } = useTranslation()
  const isRefusal = error instanceof ApiError
  // What the broker says itself.
  const lang = isRefusal ? 'en' : undefined
  return (
    <div className="failure" role="alert">
      <Icon name="warning" />
      <div>
        <strong lang={lang}>{isRefusal ? error.message : t('failure.unreachable')}</strong>
        <p lang={lang}>{isRefusal ? error.hint : t('failure.unreachableHint')}</p>
        {isRefusal && <code>{error.code}</code>}
        {onRetry !== undefined && (
          <button type="button" className="button" onClick={onRetry}>
            {t('failure.retry')}
          </button>
        )}
        {isRefusal && error.status === NOT_FOUND && wayOut}
      </div>
    </div>
  )
}

/** A screen that could not be drawn. */
export const Crash = ({ error }: ErrorComponentProps) => {
  const { t } = useTranslation()
  const router = useRouter()
  return (
    <div className="failure" role="alert">
      <Icon name="warning" />
      <div>
        <strong>{t('failure.crash')}</strong>
        <p lang="en">{error instanceof Error ? error.message : String(error)}</p>
        <button type="button" className="button" onClick={() => void router.invalidate()}>
          {t('failure.retry')}
        </button>
      </div>
    </div>
  )
}
