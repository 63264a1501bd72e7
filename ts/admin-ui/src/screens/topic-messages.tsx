/** The messages of a topic. What shows them is loaded with the first visit. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { topicQuery } from '../api.ts'
import { Loading } from '../parts/loaded.tsx'
import { rowsOf } from '../search.ts'
import { TopicFrame } from './topic-frame.tsx'
import { useBrowser } from './use-browser.ts'

const route = getRouteApi('/topics/$topic/messages')

export const TopicMessagesScreen = () => {
  const { topic: name } = route.useParams()
  const search = route.useSearch()
  const browser = useBrowser()
  const query = useQuery(topicQuery({ topic: name, ...rowsOf(1) }))
  return (
    <TopicFrame name={name} query={query} tab="messages">
      {(topic) => (browser === undefined ? <Loading /> : <browser.Messages topic={topic} search={search} />)}
    </TopicFrame>
  )
}
