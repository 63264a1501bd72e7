/** What the last hour is called while less of it is known: figures claim no more than they know. */
import { useTranslation } from 'react-i18next'
import { useFormat } from './use-format.ts'

/** What comes in steps never fills an hour to its last second. */
const HOUR_MS = 59 * 60_000

export const usePast = () => {
  const { t } = useTranslation()
  const { span } = useFormat()
  return (knownMs: number): string => (knownMs < HOUR_MS ? t('past.part', { span: span(knownMs) }) : t('past.hour'))
}
