/** Append and read of internal topics, in the shape that the coordinators ask for. */
import type { TopicId } from '../base/ids.ts'
import { BrokerError } from '../base/errors.ts'

/** What one read of a log brings at most; a larger batch comes whole. */
const READ_BYTES_MAX = 1024 * 1024

/** The engine's part in it. */
export interface RecordLog {
  append(topicId: TopicId, partition: number, leaderEpoch: number, batch: Buffer): Promise<number>
  read(topicId: TopicId, partition: number, offset: number, bytesMax: number): Promise<Buffer>
}

/** Where a partition of the topic stands in the image; undefined while this broker does not lead it. */
export interface LedPartition {
  readonly topicId: TopicId
  readonly leaderEpoch: number
}

export interface Records {
  append(partition: number, batch: Buffer): Promise<number>
  read(partition: number, offset: number): Promise<Buffer>
}

/** One internal topic. `led` asks the image anew each time: ids and epochs change under a coordinator. */
export const createRecords = (log: RecordLog, led: (partition: number) => LedPartition | undefined): Records => {
  const partitionOf = (partition: number): LedPartition => {
    const found = led(partition)
    if (found === undefined) throw new BrokerError('NOT_LEADER_OR_FOLLOWER')
    return found
  }
  return {
    append: async (partition, batch) => {
      const { topicId, leaderEpoch } = partitionOf(partition)
      return log.append(topicId, partition, leaderEpoch, batch)
    },
    read: async (partition, offset) => log.read(partitionOf(partition).topicId, partition, offset, READ_BYTES_MAX),
  }
}
