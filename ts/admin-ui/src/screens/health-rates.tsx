/** What goes through the broker: now, and over the last hour. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { historyQuery } from '../api.ts'
import { Chart, timesOf } from '../parts/chart.tsx'
import { useFormat } from '../parts/use-format.ts'
import { usePast } from '../parts/use-past.ts'
import { useLive } from '../state/live.ts'

/** In pixels. */
const HEIGHT = 44
const SMALLEST_TOP = 1
const names = ['bytesIn', 'bytesOut', 'messagesIn', 'messagesOut', 'produceRequests', 'fetchRequests'] as const

export const Rates = () => {
  const { t } = useTranslation()
  const { bytes, short } = useFormat()
  const past = usePast()
  const live = useLive()
  const { data } = useQuery(historyQuery)
  return (
    <div className="rates">
      {names.map((name) => {
        const values = data?.series[name] ?? []
        const now = live?.[name] ?? values.at(-1)
        const isSize = name === 'bytesIn' || name === 'bytesOut'
        const shown = isSize ? bytes(Math.round(now ?? 0)) : short(now ?? 0)
        const text = now === undefined || now === null ? '-' : t('rates.perSecond', { value: shown })
        return (
          <section className={`rate ${name}`} key={name} aria-label={t(`rates.${name}`)}>
            <h2>{t(`rates.${name}`)}</h2>
            <strong>{text}</strong>
            <Chart
              times={timesOf(values.length, data)}
              values={values}
              height={HEIGHT}
              smallestTop={SMALLEST_TOP}
              label={t('rates.chart', {
                name: t(`rates.${name}`),
                past: past(values.length * (data?.intervalMs ?? 0)),
                value: text,
              })}
            />
          </section>
        )
      })}
    </div>
  )
}
