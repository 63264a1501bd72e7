/** What one sees first: the console, the login, or that the broker is not ready. The address stays what it is. */
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { Failure } from '../parts/failure.tsx'
import { isLoggedOut, sessionQuery } from '../state/session.ts'
import { Shell } from './shell.tsx'

const Login = lazy(() => import('../screens/login.tsx').then(({ Login: component }) => ({ default: component })))
const Checks = lazy(() =>
  import('../screens/health-checks.tsx').then(({ Checks: component }) => ({ default: component })),
)

export const Gate = () => {
  const { t } = useTranslation()
  const { data, error, refetch } = useQuery(sessionQuery)
  if (data !== undefined) return <Shell />
  if (error === null) return null
  return (
    <Suspense>
      {isLoggedOut(error) ? (
        <Login />
      ) : (
        <main className="alone">
          <h1>{t('shell.notReady')}</h1>
          <Checks />
          <Failure error={error} onRetry={() => void refetch()} />
        </main>
      )}
    </Suspense>
  )
}
