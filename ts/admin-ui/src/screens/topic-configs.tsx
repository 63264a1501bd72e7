/** What is configured for a topic. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useCallback } from 'react'
import { topicConfigsQuery } from '../api.ts'
import { Configs } from '../parts/configs.tsx'
import { Loaded } from '../parts/loaded.tsx'

const route = getRouteApi('/topics/$topic')

export const TopicConfigs = ({ topic }: { readonly topic: string }) => {
  const { find, changed } = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery(topicConfigsQuery(topic))
  const onFind = useCallback(
    (text: string) => void navigate({ search: (now) => ({ ...now, find: text }), replace: true }),
    [navigate],
  )
  return (
    <Loaded query={query}>
      {({ items }) => (
        <Configs
          configs={items}
          find={find}
          changed={changed}
          onFind={onFind}
          onChanged={(only) => void navigate({ search: (now) => ({ ...now, changed: only }) })}
        />
      )}
    </Loaded>
  )
}
