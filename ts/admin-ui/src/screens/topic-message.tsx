/** One message of a topic, at an address that stays. */
import { getRouteApi, Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Loading } from '../parts/loaded.tsx'
import { Page } from '../parts/page.tsx'
import { useBrowser } from './use-browser.ts'

const route = getRouteApi('/topics/$topic/messages/$partition/$offset')

export const TopicMessageScreen = () => {
  const { t } = useTranslation()
  const { topic, partition, offset } = route.useParams()
  const search = route.useSearch()
  const browser = useBrowser()
  return (
    <Page
      title={t('message.title', { partition, offset })}
      above={
        <Link to="/topics/$topic/messages" params={{ topic }}>
          {topic}
        </Link>
      }
    >
      {browser === undefined ? (
        <Loading />
      ) : (
        <browser.OneMessage topic={topic} partition={Number(partition)} offset={offset} search={search} />
      )}
    </Page>
  )
}
