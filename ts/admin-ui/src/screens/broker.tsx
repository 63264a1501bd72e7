/** One broker: addresses, disks, and every key with its value. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { type Broker, brokerConfigsQuery, brokersQuery } from '../api.ts'
import { Badge } from '../parts/badge.tsx'
import { Configs } from '../parts/configs.tsx'
import { Disk } from '../parts/disk.tsx'
import { Figure, Figures } from '../parts/figure.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Page } from '../parts/page.tsx'
import { useFormat } from '../parts/use-format.ts'

const route = getRouteApi('/brokers/$broker')

export const BrokerScreen = () => {
  const { t } = useTranslation()
  const { broker } = route.useParams()
  const { find, changed } = route.useSearch()
  const id = Number(broker)
  const configs = useQuery(brokerConfigsQuery(id))
  const found = useQuery(brokersQuery).data?.items.find((each) => each.id === id)
  return (
    <Page
      title={t('shell.broker', { id: broker })}
      above={<Link to="/brokers">{t('places.brokers')}</Link>}
      beside={found?.isController === true ? <Badge tone="accent">{t('brokers.controller')}</Badge> : undefined}
    >
      {found !== undefined && <Summary broker={found} />}
      <Loaded query={configs}>
        {({ items }) => (
          <Configs of={{ route: 'alterBrokerConfigs', broker: id }} configs={items} find={find} changed={changed} />
        )}
      </Loaded>
    </Page>
  )
}

const Summary = ({ broker: { endpoints, leads, replicas, rack, directories } }: { readonly broker: Broker }) => {
  const { t } = useTranslation()
  const { integer } = useFormat()
  return (
    <Figures>
      {endpoints.map(({ listener, host, port }) => (
        <Figure key={listener} name={listener} value={`${host}:${port}`} />
      ))}
      <Figure name={t('brokers.leads')} value={integer(leads)} />
      <Figure name={t('brokers.replicas')} value={integer(replicas)} />
      <Figure name={t('brokers.rack')} value={rack ?? '-'} />
      {directories.map((directory) => (
        <Figure key={directory.path} name={directory.path} value={<Disk directory={directory} />} />
      ))}
    </Figures>
  )
}
