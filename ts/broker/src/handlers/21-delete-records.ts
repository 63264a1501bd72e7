/**
 * DeleteRecords: the versions differ in their encoding alone. -1 stands for the high watermark; what lies beyond it,
 * or below zero, is out of range. Internal topics belong to their coordinators, and a topic that is only compacted
 * promises the last value of every key.
 */
import { BrokerError } from '../base/errors.ts'
import { ledPartition } from '../cluster/leadership.ts'
import type { TopicImage } from '../cluster/image.ts'
import type { Handler } from '../dispatch/context.ts'
import type { DeleteRecordsRequest, DeleteRecordsResponse } from '../messages/21-delete-records.ts'
import { errorCode } from '../wire/errors.ts'
import { askPartitions, partitionItems, regroup } from './per-partition.ts'
import type { Services } from './services.ts'

const TO_HIGH_WATERMARK = -1
const NO_LOW_WATERMARK = -1

type Topics = DeleteRecordsRequest['topics']
type Reply = DeleteRecordsResponse['topics'][number]['partitions'][number]
type Used = Pick<Services, 'cluster' | 'configs' | 'queries'>

export const handleDeleteRecords =
  ({ cluster, configs, queries }: Used): Handler<DeleteRecordsRequest, DeleteRecordsResponse> =>
  async (_context, { topics: asked }) => {
    const topics = lastOfEach(asked)
    const image = cluster.image()
    const replies = await askPartitions({
      items: partitionItems(topics, ({ partitions }) => partitions),
      query: ({ topic: { name }, partition: { partitionIndex, offset } }) => {
        const { topic } = ledPartition(image, cluster.brokerId, name, partitionIndex)
        checkMayDeleteRecords({ cluster, configs }, topic)
        if (offset < TO_HIGH_WATERMARK) throw new BrokerError('OFFSET_OUT_OF_RANGE')
        return { ask: { topicId: topic.id, partition: partitionIndex, before: offset } }
      },
      ask: queries.deleteRecords,
      reply: ({ partition }, answer): Reply => ({ partitionIndex: partition.partitionIndex, ...answer }),
      refuse: ({ partition }, code): Reply => ({
        partitionIndex: partition.partitionIndex,
        lowWatermark: NO_LOW_WATERMARK,
        errorCode: errorCode(code),
      }),
    })
    return {
      throttleTimeMs: 0,
      topics: regroup(
        topics,
        ({ partitions }) => partitions.length,
        replies,
        ({ name }, partitions) => ({ name, partitions }),
      ),
    }
  }

/** Throws INVALID_TOPIC_EXCEPTION, POLICY_VIOLATION. */
export const checkMayDeleteRecords = ({ cluster, configs }: Omit<Used, 'queries'>, topic: TopicImage): void => {
  if (topic.internal) {
    throw new BrokerError('INVALID_TOPIC_EXCEPTION', `${topic.name} is internal: only the broker removes its records.`)
  }
  const policies = configs.topic(cluster.image(), topic.configs)['cleanup.policy']
  if (policies.includes('compact') && !policies.includes('delete')) throw new BrokerError('POLICY_VIOLATION')
}

/** Of a partition that is named twice the last counts, and is answered; a topic of which none is named is not. */
const lastOfEach = (topics: Topics): Topics => {
  const byName = new Map<string, Map<number, Topics[number]['partitions'][number]>>()
  for (const { name, partitions } of topics) {
    const known = byName.get(name) ?? new Map()
    for (const partition of partitions) known.set(partition.partitionIndex, partition)
    byName.set(name, known)
  }
  const named = [...byName].filter(([, partitions]) => partitions.size > 0)
  return named.map(([name, partitions]) => ({ name, partitions: [...partitions.values()] }))
}
