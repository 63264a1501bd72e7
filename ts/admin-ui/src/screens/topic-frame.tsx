/** What stands around every part of a topic: its name, its figures, the way to the other parts. */
import type { UseQueryResult } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Topic } from '../api.ts'
import { Badge } from '../parts/badge.tsx'
import { Figure, Figures } from '../parts/figure.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Page } from '../parts/page.tsx'
import { Lag, Size } from '../parts/size.tsx'
import { useFormat } from '../parts/use-format.ts'
import { type TopicSearch, topicTabs } from '../search.ts'
import { TopicActions } from './topic-actions.tsx'

interface TopicFrameProps {
  readonly name: string
  readonly query: UseQueryResult<Topic>
  readonly tab: TopicSearch['tab'] | 'messages'
  readonly children: (topic: Topic) => ReactNode
}

/** What internal topics are for. */
const KEPT: Readonly<Partial<Record<string, 'offsets' | 'audit' | 'canary'>>> = {
  __consumer_offsets: 'offsets',
  __millrace_audit: 'audit',
  __millrace_canary: 'canary',
}

export const TopicFrame = ({ name, query, tab, children }: TopicFrameProps) => {
  const { t } = useTranslation()
  const kept = KEPT[name] ?? 'other'
  return (
    <Page
      title={name}
      above={<Link to="/topics">{t('places.topics')}</Link>}
      beside={query.data?.internal === true ? <Badge>{t('topics.isInternal')}</Badge> : undefined}
      actions={query.data === undefined ? undefined : <TopicActions topic={query.data} />}
    >
      <Loaded
        query={query}
        wayOut={
          <Link className="button" to="/topics">
            {t('topic.all')}
          </Link>
        }
      >
        {(topic) => (
          <>
            <Summary topic={topic} />
            {topic.internal && <p className="quiet">{t(`topic.keeps.${kept}`)}</p>}
            <TopicTabs topic={name} current={tab} />
            {children(topic)}
          </>
        )}
      </Loaded>
    </Page>
  )
}

interface TopicTabsProps {
  readonly topic: string
  readonly current: TopicFrameProps['tab']
}

/** Messages have an address of their own, as each of them has one below it. */
const TopicTabs = ({ topic, current }: TopicTabsProps) => {
  const { t } = useTranslation()
  return (
    <nav className="tabs" aria-label={t('topic.parts')}>
      {topicTabs.map((tab) => (
        <Link
          key={tab}
          to="/topics/$topic"
          params={{ topic }}
          search={(now: object) => (tab === current ? now : { tab })}
          activeOptions={{ exact: true }}
          aria-current={tab === current ? 'page' : undefined}
        >
          {t(`topicTab.${tab}`)}
        </Link>
      ))}
      <Link
        to="/topics/$topic/messages"
        params={{ topic }}
        search={(now: object) => (current === 'messages' ? now : {})}
        activeOptions={{ exact: true }}
        aria-current={current === 'messages' ? 'page' : undefined}
      >
        {t('topicTab.messages')}
      </Link>
    </nav>
  )
}

const Summary = ({ topic }: { readonly topic: Topic }) => {
  const { t } = useTranslation()
  const { integer } = useFormat()
  return (
    <Figures>
      <Figure name={t('topics.partitions')} value={integer(topic.partitions)} />
      <Figure name={t('topics.replicas')} value={integer(topic.replicationFactor)} />
      <Figure name={t('topics.records')} value={integer(topic.records)} />
      <Figure name={t('topics.size')} value={<Size value={topic.bytes} />} />
      <Figure name={t('topics.lag')} value={<Lag value={topic.lag} />} />
      <Figure name={t('topics.cleanup')} value={topic.cleanupPolicy} />
      {topic.underReplicated > 0 && (
        <Figure name={t('health.underReplicated')} value={integer(topic.underReplicated)} tone="bad" />
      )}
    </Figures>
  )
}
