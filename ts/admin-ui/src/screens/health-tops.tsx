/** The topics that most goes through, the largest ones, and the groups that are most behind. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { busiestTopicsQuery, groupsQuery, topicsQuery } from '../api.ts'
import { Card } from '../parts/card.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Behind, Lag, Size } from '../parts/size.tsx'
import { GroupState } from '../parts/states.tsx'
import { useFormat } from '../parts/use-format.ts'

const SHOWN = 5

const largest = { sort: 'bytes', order: 'desc', limit: SHOWN, internal: 'false' } as const

export const BusiestTopics = () => {
  const { t } = useTranslation()
  const { short } = useFormat()
  const query = useQuery(busiestTopicsQuery(SHOWN))
  const rate = (way: 'in' | 'out', value: number | null): string =>
    value === null ? '-' : t(`health.${way}`, { value: short(value) })
  return (
    <Card
      title={t('health.busiestTopics')}
      beside={
        <Link to="/topics" search={{ sort: 'traffic', order: 'desc' }}>
          {t('health.all')}
        </Link>
      }
    >
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="empty">{t('topics.none')}</p>
          ) : items[0]?.messagesIn === null ? (
            <p className="empty">{t('health.noTraffic')}</p>
          ) : (
            <ul className="rows">
              {items.map(({ id, name, messagesIn, messagesOut }) => (
                <li key={id}>
                  <Link className="cut" to="/topics/$topic" params={{ topic: name }}>
                    {name}
                  </Link>
                  <span className="number">{rate('in', messagesIn)}</span>
                  <span className="number">{rate('out', messagesOut)}</span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Card>
  )
}

export const LargestTopics = () => {
  const { t } = useTranslation()
  const query = useQuery(topicsQuery(largest))
  return (
    <Card
      title={t('health.largestTopics')}
      beside={
        <Link to="/topics" search={{ sort: 'bytes', order: 'desc' }}>
          {t('health.all')}
        </Link>
      }
    >
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="empty">{t('topics.none')}</p>
          ) : (
            <ul className="rows">
              {items.map(({ id, name, bytes }) => (
                <li key={id}>
                  <Link className="cut" to="/topics/$topic" params={{ topic: name }}>
                    {name}
                  </Link>
                  <span className="number">
                    <Size value={bytes} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Card>
  )
}

export const WorstGroups = () => {
  const { t } = useTranslation()
  const query = useQuery(groupsQuery({ sort: 'lagSeconds', order: 'desc', limit: SHOWN }))
  return (
    <Card
      title={t('health.worstGroups')}
      beside={
        <Link to="/groups" search={{ sort: 'lagSeconds', order: 'desc' }}>
          {t('health.all')}
        </Link>
      }
    >
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="empty">{t('groups.none')}</p>
          ) : (
            <ul className="rows">
              {items.map(({ name, state, lag, lagSeconds }) => (
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
              ))}
            </ul>
          )
        }
      </Loaded>
    </Card>
  )
}
