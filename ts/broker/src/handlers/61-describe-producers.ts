/** DescribeProducers: the producers whose sequences a partition remembers. */
import { ledPartition } from '../cluster/leadership.ts'
import type { Handler } from '../dispatch/context.ts'
import type { DescribeProducersRequest, DescribeProducersResponse } from '../messages/61-describe-producers.ts'
import { checkName } from '../topics/names.ts'
import { errorCode, errors } from '../wire/errors.ts'
import { askPartitions, partitionItems, regroup } from './per-partition.ts'
import type { Services } from './services.ts'

type Reply = DescribeProducersResponse['topics'][number]['partitions'][number]

export const handleDescribeProducers =
  ({
    cluster,
    queries,
  }: Pick<Services, 'cluster' | 'queries'>): Handler<DescribeProducersRequest, DescribeProducersResponse> =>
  async (_context, { topics }) => {
    const image = cluster.image()
    const replies = await askPartitions({
      items: partitionItems(topics, ({ partitionIndexes }) => partitionIndexes),
      query: ({ topic: { name }, partition }) => {
        checkName(name)
        return { ask: { topicId: ledPartition(image, cluster.brokerId, name, partition).topic.id, partition } }
      },
      ask: queries.producers,
      reply: ({ partition }, { errorCode, producers }): Reply => ({
        partitionIndex: partition,
        errorCode,
        activeProducers: producers.map(({ txnStartOffset, ...producer }) => ({
          ...producer,
          currentTxnStartOffset: txnStartOffset,
        })),
      }),
      refuse: ({ partition }, code): Reply => ({
        partitionIndex: partition,
        errorCode: errorCode(code),
        errorMessage: errors[code].message,
        activeProducers: [],
      }),
    })
    return {
      throttleTimeMs: 0,
      topics: regroup(
        topics,
        ({ partitionIndexes }) => partitionIndexes.length,
        replies,
        ({ name }, partitions) => ({ name, partitions }),
      ),
    }
  }
