/** One topic: its partitions, configs and readers. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { type Topic, topicQuery } from '../api.ts'
import { Badge } from '../parts/badge.tsx'
import { Figure, Figures } from '../parts/figure.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Page } from '../parts/page.tsx'
import { Lag, Size } from '../parts/size.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { useFormat } from '../parts/use-format.ts'
import { rowsOf, topicTabs } from '../search.ts'
import { TopicActions } from './topic-actions.tsx'
import { TopicConfigs } from './topic-configs.tsx'
import { TopicGroups } from './topic-groups.tsx'
import { TopicPartitions } from './topic-partitions.tsx'

const route = getRouteApi('/topics/$topic')

export const TopicScreen = () => {
  const { t } = useTranslation()
  const { topic: name } = route.useParams()
  const { tab, page } = route.useSearch()
  const query = useQuery(topicQuery({ topic: name, ...rowsOf(page) }))
  return (
    <Page
      title={name}
      above={<Link to="/topics">{t('places.topics')}</Link>}
      beside={query.data?.internal === true ? <Badge>{t('topics.isInternal')}</Badge> : undefined}
      actions={query.data === undefined ? undefined : <TopicActions topic={query.data} />}
    >
      <Loaded query={query}>
        {(topic) => (
          <>
            <Summary topic={topic} />
            <Tabs label={t('topic.parts')} tabs={topicTabs} current={tab} title={(each) => t(`topicTab.${each}`)} />
            <Tab topic={topic} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

const Tab = ({ topic }: { readonly topic: Topic }) => {
  const { tab } = route.useSearch()
  switch (tab) {
    case 'partitions':
      return <TopicPartitions topic={topic} />
    case 'configs':
      return <TopicConfigs topic={topic.name} />
    case 'groups':
      return <TopicGroups key={topic.name} topic={topic.name} />
  }
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
