// What CreateTopics is asked for, where only what matters is named.

export interface WantedTopic {
  readonly name: string
  readonly numPartitions?: number
  readonly replicationFactor?: number
  readonly assignments?: readonly { readonly partitionIndex: number; readonly brokerIds: readonly number[] }[]
  readonly configs?: readonly { readonly name: string; readonly value: string | null }[]
}

export const wantedTopics = (wanted: readonly WantedTopic[]) =>
  wanted.map((each) => ({ numPartitions: 1, replicationFactor: 1, assignments: [], configs: [], ...each }))
