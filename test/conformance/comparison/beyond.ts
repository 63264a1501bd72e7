// Differences from Apache Kafka that no two answers side by side can show: something is not answered, a size or a restart decides, or it is
// not built.
import type { Explained } from './explained.ts'

export type Row = Omit<Explained, 'metBy' | 'matches'>

export const beyond: readonly Row[] = [
  {
    api: 'FindCoordinator, InitProducerId',
    versions: 'all',
    condition: 'a transactional id, a share group',
    kafka: 'a coordinator, an id',
    millrace: 'INVALID_REQUEST',
    reason: 'not built, and a client takes this for final',
  },
  {
    api: 'JoinGroup, SyncGroup',
    versions: 'all',
    condition: 'it waits, and is sent again, or its member leaves; a protocol named twice',
    kafka: 'never answers',
    millrace: 'REBALANCE_IN_PROGRESS or UNKNOWN_MEMBER_ID; counts it once',
    reason: 'who still waits should hear of it',
  },
  {
    api: 'JoinGroup, OffsetCommit',
    versions: 'all',
    condition: 'more than a batch of the offsets topic holds; texts too long, all of them',
    kafka: 'UNKNOWN_SERVER_ERROR, to a join when it syncs; a group that is in no log',
    millrace: 'INVALID_REQUEST to a join, the offsets are taken; no group',
    reason: 'said where it can be mended; offsets need no common batch',
  },
  {
    api: 'Produce',
    versions: 'all',
    condition: 'after a restart, one of the last five batches of a producer once more',
    kafka: 'OUT_OF_ORDER_SEQUENCE_NUMBER, but for the last',
    millrace: 'a duplicate',
    reason: 'a retry must not become a second record because the broker restarted',
  },
]
