/** What goes through the broker: now, and over the last minutes. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Spark } from '../parts/spark.tsx'
import { useFormat } from '../parts/use-format.ts'
import { rateNames, ratesQuery } from '../state/rates.ts'

const SECOND_MS = 1000

export const Rates = () => {
  const { t } = useTranslation()
  const { bytes, short } = useFormat()
  const points = useQuery(ratesQuery).data ?? []
  const times = points.map(({ at }) => at / SECOND_MS)
  const now = points.at(-1)
  return (
    <div className="rates">
      {rateNames.map((name) => {
        const isSize = name === 'bytesIn' || name === 'bytesOut'
        const shown = now === undefined ? '-' : isSize ? bytes(Math.round(now[name])) : short(now[name])
        const text = t('rates.perSecond', { value: shown })
        return (
          <section className={`rate ${name}`} key={name} aria-label={t(`rates.${name}`)}>
            <h2>{t(`rates.${name}`)}</h2>
            <strong>{text}</strong>
            <Spark
              times={times}
              values={points.map((point) => point[name])}
              label={t('rates.chart', { name: t(`rates.${name}`), value: text })}
            />
          </section>
        )
      })}
    </div>
  )
}
