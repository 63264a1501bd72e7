/**
 * OffsetForLeaderEpoch: where the log of an epoch ends. Version 3 brings the id of a replica, 4 another encoding;
 * the answer is the same for consumers and replicas.
 */
import { ledPartition } from '../cluster/leadership.ts'
import type { Handler } from '../dispatch/context.ts'
import type {
  OffsetForLeaderEpochRequest,
  OffsetForLeaderEpochResponse,
} from '../messages/23-offset-for-leader-epoch.ts'
import { errorCode } from '../wire/errors.ts'
import { askPartitions, partitionItems, regroup } from './per-partition.ts'
import type { Services } from './services.ts'

type Used = Pick<Services, 'cluster' | 'queries'>
type Reply = OffsetForLeaderEpochResponse['topics'][number]['partitions'][number]

export const handleOffsetForLeaderEpoch =
  ({ cluster, queries }: Used): Handler<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse> =>
  async (_context, { topics }) => {
    const image = cluster.image()
    const replies = await askPartitions({
      items: partitionItems(topics, ({ partitions }) => partitions),
      query: ({ topic: { topic: name }, partition: { partition: index, currentLeaderEpoch, leaderEpoch } }) => {
        const { topic, partition } = ledPartition(image, cluster.brokerId, name, index, currentLeaderEpoch)
        return {
          ask: { topicId: topic.id, partition: index, leaderEpoch, currentLeaderEpoch: partition.leaderEpoch },
        }
      },
      ask: queries.epochEnds,
      reply: ({ partition }, answer): Reply => ({ partition: partition.partition, ...answer }),
      refuse: ({ partition }, code): Reply => ({ partition: partition.partition, errorCode: errorCode(code) }),
    })
    return {
      throttleTimeMs: 0,
      topics: regroup(
        topics,
        ({ partitions }) => partitions.length,
        replies,
        ({ topic }, partitions) => ({ topic, partitions }),
      ),
    }
  }
