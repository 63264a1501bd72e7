/** One topic: its partitions, configs and readers. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type Topic, topicQuery } from '../api.ts'
import { rowsOf } from '../search.ts'
import { TopicConfigs } from './topic-configs.tsx'
import { TopicFrame } from './topic-frame.tsx'
import { TopicGroups } from './topic-groups.tsx'
import { TopicPartitions } from './topic-partitions.tsx'

const route = getRouteApi('/topics/$topic')

export const TopicScreen = () => {
  const { topic: name } = route.useParams()
  const { tab, page } = route.useSearch()
  const query = useQuery(topicQuery({ topic: name, ...rowsOf(page) }))
  return (
    <TopicFrame name={name} query={query} tab={tab}>
      {(topic) => <Tab topic={topic} />}
    </TopicFrame>
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
