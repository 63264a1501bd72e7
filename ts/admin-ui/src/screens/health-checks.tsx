/** Whether all is well, and what is not. While the broker starts, how far it is. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Icon } from '../parts/icon.tsx'
import { useFormat } from '../parts/use-format.ts'
import { type Health, healthQuery } from '../state/health.ts'

export const Checks = () => {
  const { t } = useTranslation()
  const { moment } = useFormat()
  const { data, isError, dataUpdatedAt } = useQuery(healthQuery)
  if (data === undefined) return isError ? null : <div className="verdict" aria-busy="true" />
  if (isError) {
    return (
      <div className="verdict bad" role="alert">
        <Icon name="warning" />
        <strong>{t('health.unknown', { at: moment(dataUpdatedAt) })}</strong>
      </div>
    )
  }
  const wrong = data.checks.filter(({ ok }) => !ok)
  if (wrong.length === 0) {
    return (
      <div className="verdict good">
        <Icon name="check" />
        <strong>{t('health.allWell')}</strong>
        <span>{t('health.checked', { count: data.checks.length })}</span>
      </div>
    )
  }
  return (
    <div className="verdict bad" role="alert">
      <Icon name="warning" />
      <div>
        <strong>{t('health.wrong', { count: wrong.length })}</strong>
        <ul>
          {wrong.map(({ name, why }) => (
            <li key={name}>
              <code>{name}</code> <span lang="en">{why}</span>
            </li>
          ))}
        </ul>
        {data.recovery !== undefined && <Recovery recovery={data.recovery} />}
      </div>
    </div>
  )
}

const Recovery = ({ recovery }: { readonly recovery: NonNullable<Health['recovery']> }) => {
  const { t } = useTranslation()
  const { integer, bytes } = useFormat()
  const { logs, logsDone, bytesReplayed, bytesToReplay } = recovery
  return (
    <div className="recovery">
      <progress max={Math.max(1, logs)} value={logsDone} aria-label={t('health.recovery')} />
      <span>
        {t('health.recovered', {
          done: integer(logsDone),
          logs: integer(logs),
          replayed: bytes(bytesReplayed),
          bytes: bytes(bytesToReplay),
        })}
      </span>
    </div>
  )
}
