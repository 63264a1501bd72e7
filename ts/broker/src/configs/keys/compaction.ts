// The cleaner, which keeps the latest record of each key.
import { boolean, double, int, LONG_MAX, long } from '../kinds.ts'

const live = { dynamic: 'cluster-wide' } as const
const window = { ...live, without: 'compaction reads and writes a mebibyte at a time' } as const
const fill = { ...live, without: 'memory for keys is used up to nine tenths' } as const

export const compactionKeys = {
  'log.cleaner.enable': boolean(true, 'Runs compaction.'),
  'log.cleaner.threads': int(1, 'Threads of compaction.', { ...live, min: 0 }),
  'log.cleaner.backoff.ms': long(15_000, 'Milliseconds that compaction rests when nothing is to be done.', {
    ...live,
    min: 0,
  }),
  'log.cleaner.dedupe.buffer.size': long(134_217_728, 'Bytes for keys while compacting, of all threads.', live),
  'log.cleaner.io.buffer.size': int(524_288, 'Bytes for reading and writing while compacting, of all threads.', {
    ...window,
    min: 0,
  }),
  'log.cleaner.io.buffer.load.factor': double(0.9, 'How full the memory for keys may become, 1 being full.', fill),
  'log.cleaner.io.max.bytes.per.second': double(
    Number.MAX_VALUE,
    'Bytes that compaction may read and write in a second.',
    live,
  ),
  'log.cleaner.delete.retention.ms': long(
    86_400_000,
    'Milliseconds that a compacted topic keeps deletions visible for those who read it from the start.',
    { ...live, min: 0 },
  ),
  'log.cleaner.min.cleanable.ratio': double(0.5, 'Share of a log that must be new before it is compacted.', {
    ...live,
    min: 0,
    max: 1,
  }),
  'log.cleaner.min.compaction.lag.ms': long(0, 'Milliseconds in which a record is not yet compacted.', {
    ...live,
    min: 0,
  }),
  'log.cleaner.max.compaction.lag.ms': long(LONG_MAX, 'Milliseconds after which a record must be compacted.', {
    ...live,
    min: 1,
  }),
} as const
