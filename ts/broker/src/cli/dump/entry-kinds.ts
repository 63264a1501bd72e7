// Indexes, and snapshots of producers with what belongs to them: what an entry of each has.
/** The fields of an entry, in the order of the file. */
export const entryKinds = {
  '.index': ['offset', 'position'],
  '.timeindex': ['timestamp', 'offset'],
  '.txnindex': ['producerId', 'firstOffset', 'lastOffset', 'lastStableOffset'],
  '.snapshot': [
    'producerId',
    'producerEpoch',
    'lastSequence',
    'lastOffset',
    'offsetDelta',
    'timestamp',
    'coordinatorEpoch',
    'transactionStart',
  ],
  '.retries': ['producerId', 'lastSequence', 'lastOffset', 'offsetDelta', 'timestamp'],
} as const

export type EntryKind = keyof typeof entryKinds
