// The keys of a subscription to the metrics of clients (KIP-714).
import { int, list } from '../kinds.ts'

const later = { dynamic: 'cluster-wide', without: 'clients cannot push metrics yet' } as const

/** Every key that a subscription can have, by name. */
export const clientMetricsKeys = {
  metrics: list([], 'Prefixes of the metrics that clients push; * is all of them.', later),
  'interval.ms': int(300_000, 'Milliseconds between two pushes of a client.', later),
  match: list([], 'Which clients are meant, as selector=pattern with commas.', later),
} as const
