/** Whether who is logged in may change something here, or look at it. The broker holds to it whatever stands on the screen. */
import { useQuery } from '@tanstack/react-query'
import { contract, type RouteName } from 'millrace/admin/contract.js'
import { mayActAs } from 'millrace/admin/contract/roles.js'
import { useTranslation } from 'react-i18next'
import { clusterQuery } from '../api.ts'
import { sessionQuery } from './session.ts'

/** Why not; null for who may. */
export const useRefusal = (route: RouteName): string | null => {
  const { t } = useTranslation()
  const cluster = useQuery(clusterQuery).data
  const session = useQuery(sessionQuery).data
  const { role, method } = contract[route]
  const isChange = method !== 'GET'
  if (isChange && cluster?.readOnly === true) return t('may.readOnly')
  if (session === undefined || role === 'anyone' || mayActAs(session.role, role)) return null
  const names = { role: t(`role.${role}`), own: t(`role.${session.role}`) }
  return isChange ? t('may.role', names) : t('may.look', names)
}
