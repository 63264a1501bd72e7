// Idempotent producers and transactions.
import { boolean, int, short } from '../kinds.ts'

const later = { without: 'there are no transactions yet' } as const

export const transactionKeys = {
  'producer.id.expiration.ms': int(86_400_000, 'Milliseconds that the sequence of an idle producer is remembered.', {
    dynamic: 'cluster-wide',
    min: 1,
  }),
  'producer.id.expiration.check.interval.ms': int(600_000, 'Milliseconds between two looks for idle producers.', {
    min: 1,
    hidden: true,
    without: 'they are looked for together with what retention deletes',
  }),
  'transactional.id.expiration.ms': int(604_800_000, 'Milliseconds that an idle transactional id is remembered.', {
    ...later,
    min: 1,
  }),
  'transaction.max.timeout.ms': int(900_000, 'Milliseconds that a producer may ask for as its timeout at most.', {
    ...later,
    min: 1,
  }),
  'transaction.partition.verification.enable': boolean(
    true,
    'Checks that a partition belongs to the transaction that writes to it.',
    { ...later, dynamic: 'cluster-wide' },
  ),
  'transaction.two.phase.commit.enable': boolean(
    false,
    'Lets a coordinator outside decide, without a timeout, how a transaction ends.',
    later,
  ),
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': int(
    10_000,
    'Milliseconds between two looks for transactions that took too long.',
    { ...later, min: 1 },
  ),
  'transaction.remove.expired.transaction.cleanup.interval.ms': int(
    3_600_000,
    'Milliseconds between two looks for transactional ids that expired.',
    { ...later, min: 1 },
  ),
  'transaction.state.log.num.partitions': int(50, 'Partitions of the topic of transactions.', { ...later, min: 1 }),
  'transaction.state.log.replication.factor': short(3, 'Replicas of the topic of transactions.', { ...later, min: 1 }),
  'transaction.state.log.min.isr': int(2, 'In-sync replicas that the topic of transactions needs.', {
    ...later,
    min: 1,
  }),
  'transaction.state.log.segment.bytes': int(104_857_600, 'Bytes of a segment of the topic of transactions.', {
    ...later,
    min: 1,
  }),
  'transaction.state.log.load.buffer.size': int(5_242_880, 'Bytes read at a time when transactions are replayed.', {
    ...later,
    min: 1,
  }),
  'add.partitions.to.txn.retry.backoff.ms': int(
    20,
    'Milliseconds until adding a partition to a transaction is tried again.',
    {
      ...later,
      min: 1,
    },
  ),
  'add.partitions.to.txn.retry.backoff.max.ms': int(
    100,
    'Milliseconds for which adding a partition to a transaction is tried at most.',
    {
      ...later,
      min: 0,
    },
  ),
} as const
