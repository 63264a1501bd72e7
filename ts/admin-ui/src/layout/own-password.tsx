/** A new password for oneself: whoever is logged in may, without a role for accounts. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Action } from '../parts/actions.tsx'
import { useRefusal } from '../state/may.ts'
import { sessionQuery } from '../state/session.ts'

/** Null where nothing may be changed. */
export const useOwnPassword = (): Action | null => {
  const { t } = useTranslation()
  const session = useQuery(sessionQuery).data
  if (useRefusal('setPassword') !== null || session === undefined) return null
  const account = { name: session.user, role: session.role }
  return {
    text: t('settings.ownPassword'),
    window: ({ NewPasswordOf }, onClose) => <NewPasswordOf account={account} isOwn onClose={onClose} />,
  }
}
