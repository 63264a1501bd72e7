/** Why a list shows nothing. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

interface List {
  /** Rows on all pages. */
  readonly total: number
  /** It shows less than there is. */
  readonly isNarrowed: boolean
  /** Said where there is nothing at all. */
  readonly none: ReactNode
}

export const useNoRows = (): ((list: List) => ReactNode) => {
  const { t } = useTranslation()
  return ({ total, isNarrowed, none }) => {
    if (total > 0) return t('common.beyondLast')
    return isNarrowed ? t('common.nothingFound') : none
  }
}
