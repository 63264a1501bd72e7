/** Partitions that one request may create; Kafka's bound as well. */
export const PARTITIONS_PER_REQUEST_MAX = 10_000
