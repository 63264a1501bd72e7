// Differences from Apache Kafka that no two answers side by side can show: something is not answered, a size or a restart decides, or it is
// not built.
import type { Explained } from './explained.ts'

export type Row = Omit<Explained, 'metBy' | 'matches'>

export const beyond: readonly Row[] = [
  {
    api: 'FindCoordinator, InitProducerId, Produce',
    versions: 'all',
    condition: 'a transactional id, a share group; records of a transaction',
    kafka: 'a coordinator, an id; what the coordinator says',
    millrace: 'INVALID_REQUEST; INVALID_TXN_STATE',
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
    condition: 'acks 0, and a request of somebody else right after',
    kafka: 'shows the records',
    millrace: 'shows them once they are on the disk',
    reason: 'nothing is shown that a power failure may take',
  },
  {
    api: 'Fetch',
    versions: 'all',
    condition: 'records behind the end of a segment',
    kafka: 'not in the same answer',
    millrace: 'in the same answer',
    reason: 'as much as was asked for; segments are no concern of clients',
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
