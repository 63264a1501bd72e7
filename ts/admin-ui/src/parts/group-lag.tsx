/** The lag of a group, and in how many of the partitions that it reads nobody can know it. */
import { useTranslation } from 'react-i18next'
import type { GroupRow } from '../api.ts'
import { Lag } from './size.tsx'

export const GroupLag = ({
  lag,
  partitionsWithoutOffset: count,
}: Pick<GroupRow, 'lag' | 'partitionsWithoutOffset'>) => {
  const { t } = useTranslation()
  return (
    <>
      <Lag value={lag} />
      {count > 0 && (
        <span className="aside" title={t('groups.withoutOffsetWhy')}>
          {t('groups.withoutOffset', { count })}
        </span>
      )}
    </>
  )
}
