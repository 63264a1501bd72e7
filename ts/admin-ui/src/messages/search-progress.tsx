/** How far a search is, how fast it goes, and how it is stopped. */
import { useTranslation } from 'react-i18next'
import { Figure, Figures } from '../parts/figure.tsx'
import { Size } from '../parts/size.tsx'
import { useFormat } from '../parts/use-format.ts'
import type { Search } from './use-search.ts'

interface SearchProgressProps {
  readonly run: Search
  readonly isLive: boolean
}

export const SearchProgress = ({ run, isLive }: SearchProgressProps) => {
  const { t } = useTranslation()
  const { integer, bytes, short, percent } = useFormat()
  const { progress, failed, failure, isGoing, stop, goOn } = run
  // Where there is nothing to search, all of it was.
  const share =
    progress === null || progress.offsetsTotal === '0'
      ? 1
      : Number(progress.offsetsDone) / Number(progress.offsetsTotal)
  return (
    <section className="search-progress" aria-label={t('messages.progress')}>
      <div className="toolbar">
        <span role="status">{t(`searchState.${stateOf(run, isLive)}`)}</span>
        {isGoing ? (
          <button type="button" className="button" onClick={stop}>
            {t('messages.stop')}
          </button>
        ) : (
          run.cursor !== null && (
            <button type="button" className="button" onClick={goOn}>
              {t('messages.goOn')}
            </button>
          )
        )}
      </div>
      {progress !== null && (
        <Figures>
          <Figure name={t('messages.scanned')} value={integer(progress.scanned)} />
          <Figure name={t('messages.matched')} value={integer(progress.matched)} />
          <Figure name={t('messages.bytes')} value={<Size value={progress.bytes} />} />
          <Figure
            name={t('messages.rate')}
            value={t('rates.perSecond', { value: short(progress.scannedRate) })}
            title={t('rates.perSecond', { value: bytes(progress.bytesRate) })}
          />
          {!isLive && <Figure name={t('messages.done')} value={percent(Math.min(1, share))} />}
        </Figures>
      )}
      {failed > 0 && (
        <p className="refusal" role="alert">
          {t('messages.failed', { count: failed })} <span lang="en">{failure}</span>
        </p>
      )}
    </section>
  )
}

const stateOf = ({ isGoing, cursor, error, rows, goal }: Search, isLive: boolean) => {
  if (isGoing) return isLive ? 'live' : 'going'
  if (error !== null) return 'failed'
  if (cursor === null) return 'done'
  return rows.length >= goal ? 'enough' : 'stopped'
}
