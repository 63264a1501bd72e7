/** One group: how far it is, and who is in it. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { type Group, groupQuery } from '../api.ts'
import { Actions } from '../parts/actions.tsx'
import { Figure, Figures } from '../parts/figure.tsx'
import { GroupLag } from '../parts/group-lag.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Page } from '../parts/page.tsx'
import { GroupState } from '../parts/states.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { useFormat } from '../parts/use-format.ts'
import { groupTabs, rowsOf } from '../search.ts'
import { groupActions } from './group-actions.tsx'
import { GroupHistoryCard } from './group-history.tsx'
import { GroupLastReset } from './group-last-reset.tsx'
import { GroupMembers } from './group-members.tsx'
import { GroupOffsets } from './group-offsets.tsx'

const route = getRouteApi('/groups/$group')

export const GroupScreen = () => {
  const { t } = useTranslation()
  const { group: name } = route.useParams()
  const { tab, page } = route.useSearch()
  const query = useQuery(groupQuery({ group: name, ...rowsOf(page) }))
  return (
    <Page
      title={name}
      above={<Link to="/groups">{t('places.groups')}</Link>}
      beside={query.data === undefined ? undefined : <GroupState state={query.data.state} />}
      actions={
        query.data === undefined ? undefined : <Actions route="resetOffsets" actions={groupActions(t, query.data)} />
      }
    >
      <Loaded
        query={query}
        wayOut={
          <Link className="button" to="/groups">
            {t('group.all')}
          </Link>
        }
      >
        {(group) => (
          <>
            <Summary group={group} />
            <GroupLastReset group={group.name} />
            <GroupHistoryCard group={group.name} />
            <Tabs label={t('group.parts')} tabs={groupTabs} current={tab} title={(each) => t(`groupTab.${each}`)} />
            {tab === 'offsets' ? <GroupOffsets group={group} /> : <GroupMembers members={group.memberRows} />}
          </>
        )}
      </Loaded>
    </Page>
  )
}

const Summary = ({ group }: { readonly group: Group }) => {
  const { t } = useTranslation()
  const { integer } = useFormat()
  return (
    <Figures>
      <Figure name={t('groups.lag')} value={<GroupLag {...group} />} />
      <Figure name={t('groups.members')} value={integer(group.members)} />
      <Figure name={t('groups.topics')} value={integer(group.topics)} />
      <Figure name={t('groups.protocol')} value={group.protocol === '' ? '-' : group.protocol} />
      <Figure name={t('group.type')} value={t(`groupType.${group.type}`)} />
      <Figure
        name={t('group.coordinator')}
        value={
          <Link to="/brokers/$broker" params={{ broker: String(group.coordinator) }}>
            {t('shell.broker', { id: group.coordinator })}
          </Link>
        }
      />
    </Figures>
  )
}
