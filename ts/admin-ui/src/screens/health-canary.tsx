/** What clients would see: the records that the broker sends through itself. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type Canary, canaryQuery } from '../api.ts'
import { Card } from '../parts/card.tsx'
import { Figure, Figures } from '../parts/figure.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { useFormat } from '../parts/use-format.ts'
import { usePast } from '../parts/use-past.ts'

/** One record is sent in each. */
const ROUND_MS = 1000

export const CanaryCard = () => {
  const { t } = useTranslation()
  const query = useQuery(canaryQuery)
  return (
    <Card title={t('canary.title')} beside={<span className="quiet">{t('canary.what')}</span>}>
      <Loaded query={query}>
        {({ figures }) =>
          figures === null ? (
            <p className="quiet">{t('canary.off')}</p>
          ) : figures.hour.availability === null ? (
            <p className="quiet">{t('canary.waiting')}</p>
          ) : (
            <Seen hour={figures.hour} availability={figures.hour.availability} failure={figures.failure} />
          )
        }
      </Loaded>
    </Card>
  )
}

interface SeenProps extends Pick<Canary, 'hour' | 'failure'> {
  readonly availability: number
}

const Seen = ({ hour, availability, failure }: SeenProps) => {
  const { t } = useTranslation()
  const format = useFormat()
  const past = usePast()
  const times = (spread: Canary['hour']['produceMs']): string =>
    spread === null
      ? '-'
      : t('canary.milliseconds', { value: `${format.short(spread.p50)} / ${format.short(spread.p99)}` })
  return (
    <>
      <Figures>
        <Figure
          name={t('canary.availability', { past: past(hour.records * ROUND_MS) })}
          value={format.availability(availability)}
          tone={availability < 1 || failure !== null ? 'bad' : 'good'}
        />
        <Figure name={t('canary.produce')} value={times(hour.produceMs)} />
        <Figure name={t('canary.endToEnd')} value={times(hour.endToEndMs)} />
        <Figure name={t('canary.lost')} value={format.integer(hour.lost)} tone={hour.lost > 0 ? 'bad' : 'good'} />
        <Figure
          name={t('canary.duplicated')}
          value={format.integer(hour.duplicated)}
          tone={hour.duplicated > 0 ? 'bad' : 'good'}
        />
      </Figures>
      {failure !== null && (
        <p className="refusal" lang="en">
          {failure}
        </p>
      )}
    </>
  )
}
