/** Who leads a partition, and who is in sync. */
import { useTranslation } from 'react-i18next'
import type { PartitionRow } from '../api.ts'
import { Badge } from './badge.tsx'

const NOBODY = -1

interface PartitionProps {
  readonly partition: Omit<PartitionRow, 'topic' | 'offline'>
}

export const Leader = ({ partition: { leader, leaderEpoch } }: PartitionProps) => {
  const { t } = useTranslation()
  if (leader === NOBODY) return <Badge tone="bad">{t('partitions.leaderless')}</Badge>
  return (
    <>
      {leader} <span className="quiet wide">{t('partitions.epoch', { epoch: leaderEpoch })}</span>
    </>
  )
}

export const InSync = ({ partition: { isr, replicas } }: PartitionProps) =>
  isr.length < replicas.length ? <Badge tone="bad">{isr.length === 0 ? '-' : isr.join(', ')}</Badge> : isr.join(', ')
