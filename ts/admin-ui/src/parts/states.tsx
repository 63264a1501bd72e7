/** States in words and colours. */
import { useTranslation } from 'react-i18next'
import type { Cluster, GroupRow } from '../api.ts'
import { Badge, type Tone } from './badge.tsx'

const groupTones: Readonly<Record<GroupRow['state'], Tone>> = {
  Stable: 'good',
  PreparingRebalance: 'warn',
  CompletingRebalance: 'warn',
  Empty: 'plain',
  Dead: 'bad',
}

export const GroupState = ({ state }: { readonly state: GroupRow['state'] }) => {
  const { t } = useTranslation()
  return <Badge tone={groupTones[state]}>{t(`groupState.${state}`)}</Badge>
}

const brokerTones: Readonly<Record<Cluster['state'], Tone>> = {
  running: 'good',
  starting: 'warn',
  recovering: 'warn',
  stopping: 'warn',
}

export const BrokerState = ({ state }: { readonly state: Cluster['state'] }) => {
  const { t } = useTranslation()
  return <Badge tone={brokerTones[state]}>{t(`brokerState.${state}`)}</Badge>
}
