import type { BrokerId, LeaderEpoch, PartitionIndex, TopicId } from '../base/ids.ts'
import type { ConfigResourceType, Endpoint } from './image.ts'

/** One change of metadata, typed; `null` removes what it names. */
export type Change =
  | { readonly kind: 'cluster'; readonly record: { readonly clusterId: string } }
  | {
      readonly kind: 'broker'
      readonly broker: BrokerId
      readonly record: { readonly rack: string | null; readonly endpoints: readonly Endpoint[] } | null
    }
  | { readonly kind: 'topic'; readonly topic: TopicId; readonly record: { readonly name: string } | null }
  | {
      readonly kind: 'partition'
      readonly topic: TopicId
      readonly index: PartitionIndex
      readonly record: PartitionRecord | null
    }
  | {
      readonly kind: 'config'
      readonly type: ConfigResourceType
      readonly name: string
      readonly record: ReadonlyMap<string, string> | null
    }

export interface PartitionRecord {
  readonly leader: BrokerId
  readonly leaderEpoch: LeaderEpoch
  readonly partitionEpoch: number
  readonly replicas: readonly BrokerId[]
  readonly isr: readonly BrokerId[]
  readonly elr: readonly BrokerId[]
}
