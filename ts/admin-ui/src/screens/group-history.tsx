/** How far a group was behind over the last hour: drawn, and as a table for who cannot see it or wants the figures. */
import { useQuery } from '@tanstack/react-query'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { type GroupHistory, groupHistoryQuery } from '../api.ts'
import { Card } from '../parts/card.tsx'
import { Chart, timesOf } from '../parts/chart.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Behind, Lag } from '../parts/size.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { useFormat } from '../parts/use-format.ts'
import { usePast } from '../parts/use-past.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60_000
const HOUR_SECONDS = 3600
const HEIGHT = 150
/** Lines of messages are whole ones. */
const COUNT_STEPS = Array.from({ length: 15 }, (_, zeros) => [1, 2, 5].map((digit) => digit * 10 ** zeros)).flat()
const SECOND_STEPS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, HOUR_SECONDS]
const SMALLEST_TOP = 10

export const GroupHistoryCard = ({ group }: { readonly group: string }) => {
  const { t } = useTranslation()
  const { integer, short, span } = useFormat()
  const past = usePast()
  const query = useQuery(groupHistoryQuery(group))
  const title =
    query.data === undefined || query.data.lag.length === 0
      ? t('groups.lag')
      : t('group.history', { past: past(knownMs(pastOf(query.data))) })
  return (
    <Card title={title}>
      <Loaded query={query}>
        {(history) => {
          const lags = pastOf(history)
          return history.lag.length === 0 ? (
            <p className="empty">{t('group.noHistory')}</p>
          ) : (
            <>
              <div className="columns pasts">
                <Past
                  name={t('group.lagMessages')}
                  times={lags.times}
                  past={past(knownMs(lags))}
                  values={lags.lag}
                  steps={COUNT_STEPS}
                  exact={integer}
                  rounded={short}
                />
                <Past
                  name={t('groups.lagTime')}
                  times={lags.times}
                  past={past(knownMs(lags))}
                  values={lags.lagSeconds}
                  steps={SECOND_STEPS}
                  exact={(seconds) => span(seconds * SECOND_MS)}
                  rounded={(seconds) => span(seconds * SECOND_MS)}
                />
              </div>
              <details className="figures-of">
                <summary>{t('group.asTable')}</summary>
                <Minutes past={lags} each={Math.max(1, Math.round(MINUTE_MS / history.intervalMs))} />
              </details>
            </>
          )
        }}
      </Loaded>
    </Card>
  )
}

/** What was noted, and what is now. */
interface Lags {
  /** Seconds since 1970. */
  readonly times: readonly number[]
  readonly lag: readonly number[]
  readonly lagSeconds: readonly (number | null)[]
}

const pastOf = ({ now, ...noted }: GroupHistory): Lags => ({
  times: [...timesOf(noted.lag.length, noted), Number(now.at) / SECOND_MS],
  lag: [...noted.lag, now.lag],
  lagSeconds: [...noted.lagSeconds, now.lagSeconds],
})

const knownMs = ({ times }: Lags): number => ((times.at(-1) ?? 0) - (times[0] ?? 0)) * SECOND_MS

interface PastProps {
  readonly name: string
  /** Of what time. */
  readonly past: string
  readonly times: readonly number[]
  readonly values: readonly (number | null)[]
  readonly steps: number[]
  readonly exact: (value: number) => string
  readonly rounded: (value: number) => string
}

const Past = ({ name, past, times, values, steps, exact, rounded }: PastProps) => {
  const { t } = useTranslation()
  const { hour } = useFormat()
  const known = values.filter((value) => value !== null)
  const shown = (value: number | null | undefined) => (value === null || value === undefined ? '-' : exact(value))
  const now = shown(values.at(-1))
  const most = shown(known.length === 0 ? null : known.reduce((left, right) => Math.max(left, right)))
  return (
    <section className="past" aria-label={name}>
      <h3>{name}</h3>
      <p>
        <strong>{now}</strong> {t('group.most', { most })}
      </p>
      <Chart
        label={t('group.chart', { name, past, now, most })}
        times={times}
        values={values}
        height={HEIGHT}
        smallestTop={SMALLEST_TOP}
        axes={{ seconds: HOUR_SECONDS, time: (seconds) => hour(seconds * SECOND_MS), value: rounded, steps }}
      />
    </section>
  )
}

interface Minute {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly lag: number
  readonly lagSeconds: number | null
}

interface MinutesProps {
  readonly past: Lags
  /** How many values are of a minute. */
  readonly each: number
}

/** One row for each minute, the newest first. */
const Minutes = ({ past: { times, lag, lagSeconds }, each }: MinutesProps) => {
  const { t } = useTranslation()
  const { moment } = useFormat()
  const rows = times
    .map((at, index) => ({ at: at * SECOND_MS, lag: lag[index] ?? 0, lagSeconds: lagSeconds[index] ?? null }))
    .toReversed()
    .filter((_, index) => index % each === 0)
  return (
    <Table
      label={t('group.asTable')}
      columns={columnsOf(t, moment)}
      rows={rows}
      rowKey={({ at }) => String(at)}
      empty={t('group.noHistory')}
    />
  )
}

const columnsOf = (t: TFunction, moment: (ms: number) => string): readonly Column<Minute>[] => [
  { id: 'at', title: t('audit.at'), cell: ({ at }) => moment(at) },
  { id: 'lag', title: t('groups.lag'), end: true, cell: ({ lag }) => <Lag value={String(lag)} /> },
  { id: 'lagSeconds', title: t('groups.lagTime'), end: true, cell: (row) => <Behind seconds={row.lagSeconds} /> },
]
