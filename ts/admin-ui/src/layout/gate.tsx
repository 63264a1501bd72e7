/** What one sees first: the console, the login, or that the broker is not ready. The address stays what it is. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Failure } from '../parts/failure.tsx'
import { Loading } from '../parts/loaded.tsx'
import { Checks } from '../screens/health-checks.tsx'
import { Login } from '../screens/login.tsx'
import { isLoggedOut, sessionQuery } from '../state/session.ts'
import { Shell } from './shell.tsx'

export const Gate = () => {
  const { t } = useTranslation()
  const { data, failureReason: error, refetch } = useQuery(sessionQuery)
  if (data !== undefined) return <Shell />
  if (error !== null && isLoggedOut(error)) return <Login />
  return (
    <main className="alone">
      {error === null ? (
        <Loading />
      ) : (
        <>
          <h1>{t('shell.notReady')}</h1>
          <Checks />
          <Failure error={error} onRetry={() => void refetch()} />
        </>
      )}
    </main>
  )
}
