/** The first screen: what is wrong, what goes through, who is behind, how full the disks are. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { PartitionProblem } from 'millrace/admin/contract/topics.js'
import { useTranslation } from 'react-i18next'
import { type Cluster, clusterQuery } from '../api.ts'
import { Badge } from '../parts/badge.tsx'
import { Figure, Figures } from '../parts/figure.tsx'
import { Page } from '../parts/page.tsx'
import { BrokerState } from '../parts/states.tsx'
import { useFormat } from '../parts/use-format.ts'
import { CanaryCard } from './health-canary.tsx'
import { Checks } from './health-checks.tsx'
import { Disks } from './health-disks.tsx'
import { Rates } from './health-rates.tsx'
import { BusiestTopics, LargestTopics, WorstGroups } from './health-tops.tsx'

export const HealthScreen = () => {
  const { t } = useTranslation()
  const cluster = useQuery(clusterQuery)
  return (
    <Page title={t('health.title')} beside={cluster.isSuccess ? <BrokerState state={cluster.data.state} /> : undefined}>
      <Checks />
      {cluster.data !== undefined && <Numbers cluster={cluster.data} />}
      <Rates />
      <div className="columns">
        <BusiestTopics />
        <WorstGroups />
        <LargestTopics />
        <CanaryCard />
      </div>
      <Disks />
      {cluster.data !== undefined && <About cluster={cluster.data} now={cluster.dataUpdatedAt} />}
    </Page>
  )
}

const Numbers = ({ cluster }: { readonly cluster: Cluster }) => {
  const { t } = useTranslation()
  const { integer } = useFormat()
  return (
    <Figures>
      <Figure name={t('places.brokers')} value={integer(cluster.brokers)} />
      <Figure name={t('places.topics')} value={<Own count={cluster.topics} internal={cluster.internalTopics} />} />
      <Figure
        name={t('topics.partitions')}
        value={<Own count={cluster.partitions} internal={cluster.internalPartitions} />}
      />
      <Figure name={t('places.groups')} value={integer(cluster.groups)} />
      <Bad problem="leaderless" count={cluster.leaderlessPartitions} />
      <Bad problem="underReplicated" count={cluster.underReplicatedPartitions} />
      <Bad problem="offline" count={cluster.offlineReplicas} />
    </Figures>
  )
}

interface OwnProps {
  readonly count: number
  readonly internal: number
}

/** How many there are but for those that the broker has for itself, which stand beside. */
const Own = ({ count, internal }: OwnProps) => {
  const { t } = useTranslation()
  const { integer } = useFormat()
  return (
    <>
      {integer(count)}
      {internal > 0 && <small> {t('health.internal', { value: integer(internal) })}</small>}
    </>
  )
}

interface BadProps {
  readonly problem: PartitionProblem
  readonly count: number
}

/** How many have a problem, and the way to them. */
const Bad = ({ problem, count }: BadProps) => {
  const { t } = useTranslation()
  const { integer } = useFormat()
  const name = t(`health.${problem}`)
  return (
    <Figure
      name={name}
      value={
        <Link to="/partitions" search={{ problem }} aria-label={`${name}: ${integer(count)}`}>
          {integer(count)}
        </Link>
      }
      tone={count > 0 ? 'bad' : 'good'}
    />
  )
}

interface AboutProps {
  readonly cluster: Cluster
  /** When it was so. */
  readonly now: number
}

const About = ({ cluster, now }: AboutProps) => {
  const { t } = useTranslation()
  const { span, moment } = useFormat()
  return (
    <footer className="about">
      <span title={moment(cluster.startedAt)}>
        {t('health.upFor', { span: span(now - Number(cluster.startedAt)) })}
      </span>
      <span>{t('health.version', { version: cluster.version })}</span>
      <span>
        {t('health.cluster')} <code>{cluster.clusterId}</code>
      </span>
      <span>
        {t('health.durability')} <span lang="en">{cluster.durability}</span>
      </span>
      {cluster.insecure && <Badge tone="warn">{t('health.insecure')}</Badge>}
      {cluster.readOnly && <Badge tone="accent">{t('health.readOnly')}</Badge>}
    </footer>
  )
}
