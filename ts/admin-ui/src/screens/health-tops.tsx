/** The topics that most goes through, the largest ones, and the groups that are most behind. */
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { busiestTopicsQuery, groupsQuery, type TopicRow, topicsQuery } from '../api.ts'
import { Card } from '../parts/card.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Behind, Lag, Size } from '../parts/size.tsx'
import { GroupState } from '../parts/states.tsx'
import { useFormat } from '../parts/use-format.ts'
import { useNoTopics } from '../parts/use-no-topics.tsx'

const SHOWN = 5

const largest = { sort: 'bytes', order: 'desc', limit: SHOWN, internal: 'false' } as const

interface TopProps<Row> {
  readonly title: string
  /** All of them, in the same order. */
  readonly all: ReactNode
  readonly query: UseQueryResult<{ readonly items: readonly Row[] }>
  /** What stands there in the place of rows; null where they say something. */
  readonly without: (rows: readonly Row[]) => ReactNode
  /** A list item, with a key. */
  readonly row: (row: Row) => ReactNode
}

const Top = <Row,>({ title, all, query, without, row }: TopProps<Row>) => (
  <Card title={title} beside={all}>
    <Loaded query={query}>
      {({ items }) => {
        const why = without(items)
        return why === null ? <ul className="rows">{items.map(row)}</ul> : <div className="empty">{why}</div>
      }}
    </Loaded>
  </Card>
)

const TopicLink = ({ name }: Pick<TopicRow, 'name'>) => (
  <Link className="cut" to="/topics/$topic" params={{ topic: name }}>
    {name}
  </Link>
)

export const BusiestTopics = () => {
  const { t } = useTranslation()
  const { none, window } = useNoTopics()
  const { short } = useFormat()
  const query = useQuery(busiestTopicsQuery(SHOWN))
  const rate = (way: 'in' | 'out', value: number | null): string =>
    value === null ? '-' : t(`health.${way}`, { value: short(value) })
  return (
    <>
      <Top
        title={t('health.busiestTopics')}
        all={
          <Link to="/topics" search={{ sort: 'traffic', order: 'desc' }}>
            {t('health.all')}
          </Link>
        }
        query={query}
        without={([first]) => {
          if (first === undefined) return none
          return first.messagesIn === null ? t('health.noTraffic') : null
        }}
        row={({ id, name, messagesIn, messagesOut }) => (
          <li key={id}>
            <TopicLink name={name} />
            <span className="number">{rate('in', messagesIn)}</span>
            <span className="number">{rate('out', messagesOut)}</span>
          </li>
        )}
      />
      {window}
    </>
  )
}

export const LargestTopics = () => {
  const { t } = useTranslation()
  const { none, window } = useNoTopics()
  const query = useQuery(topicsQuery(largest))
  return (
    <>
      <Top
        title={t('health.largestTopics')}
        all={
          <Link to="/topics" search={{ sort: 'bytes', order: 'desc' }}>
            {t('health.all')}
          </Link>
        }
        query={query}
        without={({ length }) => (length === 0 ? none : null)}
        row={({ id, name, bytes }) => (
          <li key={id}>
            <TopicLink name={name} />
            <span className="number">
              <Size value={bytes} />
            </span>
          </li>
        )}
      />
      {window}
    </>
  )
}

export const WorstGroups = () => {
  const { t } = useTranslation()
  const query = useQuery(groupsQuery({ sort: 'lagSeconds', order: 'desc', limit: SHOWN }))
  return (
    <Top
      title={t('health.worstGroups')}
      all={
        <Link to="/groups" search={{ sort: 'lagSeconds', order: 'desc' }}>
          {t('health.all')}
        </Link>
      }
      query={query}
      without={({ length }) => (length === 0 ? t('groups.none') : null)}
      row={({ name, state, lag, lagSeconds }) => (
        <li key={name}>
          <Link className="cut" to="/groups/$group" params={{ group: name }}>
            {name}
          </Link>
          <span className="wide">
            <GroupState state={state} />
          </span>
          <span className="number">
            <Behind seconds={lagSeconds} />
          </span>
          <span className="number">
            <Lag value={lag} />
          </span>
        </li>
      )}
    />
  )
}
