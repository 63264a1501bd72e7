/** What is configured for a topic. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { topicConfigsQuery } from '../api.ts'
import { Configs } from '../parts/configs.tsx'
import { Loaded } from '../parts/loaded.tsx'

const route = getRouteApi('/topics/$topic')

export const TopicConfigs = ({ topic }: { readonly topic: string }) => {
  const { find, changed } = route.useSearch()
  const query = useQuery(topicConfigsQuery(topic))
  return (
    <Loaded query={query}>
      {({ items }) => (
        <Configs of={{ route: 'alterTopicConfigs', topic }} configs={items} find={find} changed={changed} />
      )}
    </Loaded>
  )
}
