/** The names of kafka_exporter, for its dashboards and alerts. */
import { type Exposition, labelText } from './exposition.ts'
import type { PartitionLine } from './partitions.ts'
import type { Breathe, MetricState } from './state.ts'

type PerPartition = readonly [name: string, help: string, value: (line: PartitionLine) => number | undefined]

const perPartition: readonly PerPartition[] = [
  ['current_offset', 'The offset that the next record will have, for consumers.', ({ log }) => log?.highWatermark],
  ['oldest_offset', 'The first offset.', ({ log }) => log?.logStart],
  ['in_sync_replica', 'Replicas in sync.', ({ partition }) => partition.isr.length],
  ['leader', 'The broker that leads.', ({ partition }) => partition.leader],
  [
    'leader_is_preferred',
    '1 where the first replica leads.',
    ({ partition }) => (partition.leader === partition.replicas[0] ? 1 : 0),
  ],
  ['replicas', 'Replicas.', ({ partition }) => partition.replicas.length],
  [
    'under_replicated_partition',
    '1 where replicas are out of sync.',
    ({ partition }) => (partition.isr.length < partition.replicas.length ? 1 : 0),
  ],
]

export const writeKafkaExporter = async (out: Exposition, state: MetricState, breathe: Breathe): Promise<void> => {
  const { image, topics, partitions } = state
  out.family('kafka_brokers', 'gauge', 'Live brokers.')
  out.sample('', image.brokers.size)
  out.family('kafka_broker_info', 'gauge', 'Always 1; where a broker is, by its id.')
  for (const { id, endpoints } of image.brokers.values()) {
    const [first] = endpoints
    if (first !== undefined) out.sample(labelText({ id, address: `${first.host}:${first.port}` }), 1)
  }
  out.family('kafka_topic_partitions', 'gauge', 'Partitions of a topic.')
  for (const { labels, topic } of topics) out.sample(labels, topic.partitions.length)
  for (const [name, help, value] of perPartition) {
    await breathe()
    out.family(`kafka_topic_partition_${name}`, 'gauge', help)
    for (const line of partitions) {
      const told = value(line)
      if (told !== undefined) out.sample(line.labels, told)
    }
  }
  await breathe()
  writeGroups(out, state)
}

/** Groups have no more series of partitions than topics may have. */
const writeGroups = (out: Exposition, { groups: { groups }, cap }: MetricState): void => {
  const lines = [...groups.values()].flatMap(({ groupId, offsets }) => offsets.map((each) => ({ groupId, ...each })))
  const shown = lines.slice(0, cap).map(({ groupId, topic, partition, ...line }) => ({
    ...line,
    labels: labelText({ consumergroup: groupId, topic, partition }),
  }))
  out.family('kafka_consumergroup_current_offset', 'gauge', 'The offset that a group has committed.')
  for (const { labels, committed } of shown) out.sample(labels, committed)
  out.family('kafka_consumergroup_lag', 'gauge', 'Records that a group has not read.')
  for (const { labels, lag } of shown) out.sample(labels, lag)

  const sums = new Map<string, { committed: number; lag: number }>()
  for (const { groupId, topic, committed, lag } of lines) {
    const labels = labelText({ consumergroup: groupId, topic })
    const known = sums.get(labels) ?? { committed: 0, lag: 0 }
    sums.set(labels, { committed: known.committed + committed, lag: known.lag + lag })
  }
  out.family(
    'kafka_consumergroup_current_offset_sum',
    'gauge',
    'Offsets that a group has committed to a topic, added up.',
  )
  for (const [labels, { committed }] of sums) out.sample(labels, committed)
  out.family('kafka_consumergroup_lag_sum', 'gauge', 'Records of a topic that a group has not read.')
  for (const [labels, { lag }] of sums) out.sample(labels, lag)
  out.family('kafka_consumergroup_members', 'gauge', 'Members of a group.')
  for (const { groupId, members } of groups.values()) out.sample(labelText({ consumergroup: groupId }), members)
}
