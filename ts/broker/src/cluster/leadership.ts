/** Whether this broker may answer for a partition, and which epoch it answers in. */
import { BrokerError } from '../base/errors.ts'
import type { BrokerId } from '../base/ids.ts'
import type { ClusterImage, PartitionImage, TopicImage } from './image.ts'

/** What a client sends that does not know the epoch. */
const EPOCH_UNKNOWN = -1

export interface Led {
  readonly topic: TopicImage
  readonly partition: PartitionImage
}

/** Throws what the client is to hear unless `broker` leads the partition in the epoch that the client believes in. */
export const ledPartition = (
  image: ClusterImage,
  broker: BrokerId,
  topicName: string,
  index: number,
  epochOfClient: number = EPOCH_UNKNOWN,
): Led => {
  const topic = image.topicsByName.get(topicName)
  const partition = topic?.partitions[index]
  if (topic === undefined || partition === undefined) throw new BrokerError('UNKNOWN_TOPIC_OR_PARTITION')
  if (epochOfClient !== EPOCH_UNKNOWN && epochOfClient < partition.leaderEpoch) {
    throw new BrokerError('FENCED_LEADER_EPOCH')
  }
  if (epochOfClient > partition.leaderEpoch) throw new BrokerError('UNKNOWN_LEADER_EPOCH')
  if (partition.leader !== broker) throw new BrokerError('NOT_LEADER_OR_FOLLOWER')
  return { topic, partition }
}
