/**
 * `__consumer_offsets` as the coordinator sees it: made when the first group needs it, and each partition that this
 * broker leads loaded into a shard, the others unloaded.
 */
import type { BrokerId } from '../base/ids.ts'
import { BrokerError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { ClusterImage, PartitionImage, TopicImage } from '../cluster/image.ts'
import { partitionFor } from './partitioner.ts'

export const OFFSETS_TOPIC = '__consumer_offsets'

/** How many partitions are replayed at a time. */
const LOADS_MAX = 8

export interface Shards {
  readonly partitions: readonly number[]
  load(partition: number): Promise<void>
  unload(partition: number): void
}

export interface OffsetsTopicOptions {
  readonly brokerId: BrokerId
  readonly image: () => ClusterImage
  /** Creates the topic; resolves when the image has it. */
  readonly ensureTopic: () => Promise<void>
  readonly shards: Shards
  readonly logger: Logger
}

export class OffsetsTopic {
  readonly #options: OffsetsTopicOptions
  #seen: TopicImage | undefined
  #creating = false
  #stopped = false

  constructor(options: OffsetsTopicOptions) {
    this.#options = options
  }

  /** The partition of a group; without a topic nobody can be its coordinator. */
  partitionOf(groupId: string): number {
    const topic = this.#topic()
    if (topic === undefined) throw new BrokerError('NOT_COORDINATOR')
    return partitionFor(groupId, topic.partitions.length)
  }

  /** The same, as the image has it: who leads it is the coordinator. Without a topic, one is made meanwhile. */
  partitionImageOf(groupId: string): PartitionImage {
    const topic = this.#topic()
    if (topic === undefined) void this.#create()
    const partition = topic?.partitions[partitionFor(groupId, topic.partitions.length)]
    if (partition === undefined) throw new BrokerError('COORDINATOR_NOT_AVAILABLE')
    return partition
  }

  /** Loads and unloads what the newest image demands; resolves when what it starts is loaded. */
  async refresh(): Promise<void> {
    const { image, shards, brokerId } = this.#options
    if (this.#stopped) return
    const topic = image().topicsByName.get(OFFSETS_TOPIC)
    if (topic === this.#seen) return
    const recreated = this.#seen !== undefined && this.#seen.id !== topic?.id
    this.#seen = topic
    const led = (topic?.partitions ?? []).filter(({ leader }) => leader === brokerId).map(({ index }): number => index)
    for (const partition of shards.partitions) {
      if (recreated || !led.includes(partition)) shards.unload(partition)
    }
    const due = led.values()
    const worker = async (): Promise<void> => {
      for (const partition of due) {
        // What is left belongs to the refresh that saw the newer image, and after a stop to nobody.
        if (this.#stopped || this.#seen !== topic) return
        await shards.load(partition)
      }
    }
    await Promise.all(Array.from({ length: LOADS_MAX }, worker))
  }

  /** Whoever waits is answered, and whoever comes is sent away. */
  stop(): void {
    this.#stopped = true
    const { shards } = this.#options
    for (const partition of shards.partitions) shards.unload(partition)
  }

  #topic(): TopicImage | undefined {
    void this.refresh()
    return this.#options.image().topicsByName.get(OFFSETS_TOPIC)
  }

  async #create(): Promise<void> {
    if (this.#creating) return
    this.#creating = true
    try {
      await this.#options.ensureTopic()
      await this.refresh()
    } catch (thrown) {
      const error = BrokerError.from(thrown)
      this.#options.logger.warn({ code: error.code, err: error }, `${OFFSETS_TOPIC} cannot be created`)
    } finally {
      this.#creating = false
    }
  }
}
