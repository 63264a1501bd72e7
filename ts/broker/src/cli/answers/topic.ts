// What `millrace topic` answers; of `tail` it is what `consume` does.
import { byName, cases, done, fields, list, moves, orNull, rows, type Shape } from './shape.ts'

const LEADERLESS = 'while nobody leads it'

const lengths = fields({
  average: 'whole number of bytes',
  p50: 'whole number',
  p99: 'whole number',
  max: 'whole number',
})

export const topicAnswers: Readonly<Record<string, Shape>> = {
  'topic list': rows({
    name: 'text',
    partitions: 'whole number',
    replicas: 'whole number of each partition',
    leaderless: 'whole number of partitions',
    underReplicated: 'whole number of partitions',
    internal: 'true or false',
    id: 'text',
  }),
  'topic describe': rows({
    name: 'text',
    id: 'text',
    internal: 'true or false',
    configs: byName('key', 'text, or null where it is a secret'),
    records: 'whole number',
    bytes: 'whole number',
    partitions: rows({
      partition: 'whole number',
      leader: `whole number, or null ${LEADERLESS}`,
      leaderEpoch: 'whole number',
      replicas: list('whole number'),
      inSync: list('whole number'),
      offline: list('whole number'),
      start: `whole number of 64 bits, or null ${LEADERLESS}`,
      end: `whole number of 64 bits, or null ${LEADERLESS}`,
      records: `whole number, or null ${LEADERLESS}`,
      bytes: 'whole number, or null where no leader says so',
    }),
  }),
  'topic analyze': fields({
    topic: 'text',
    complete: 'true or false, false after Ctrl-C',
    records: 'whole number',
    bytes: 'whole number of keys and values',
    recordsPerSecond: 'number, or null where all are of one time',
    withoutKey: 'whole number of records',
    tombstones: 'whole number of records',
    compression: byName('codec', 'whole number of records'),
    partitions: rows({
      partition: 'whole number',
      records: 'whole number',
      bytes: 'whole number of keys and values',
      distinctKeys: 'whole number, or null where there are too many to tell apart',
      withoutKey: 'whole number of records',
      tombstones: 'whole number of records',
      keyBytes: orNull(lengths, 'where no record has a key'),
      valueBytes: orNull(lengths, 'where no record has a value'),
      largest: orNull(fields({ offset: 'whole number of 64 bits', bytes: 'whole number' }), 'where there is no record'),
      oldest: 'time, or null where there is no record, or none with a time',
      newest: 'time, or null where there is no record, or none with a time',
      compression: byName('codec', 'whole number of records'),
    }),
  }),
  'topic create': done('topic', 'created', 'would create', 'exists'),
  'topic alter': moves,
  'topic clone': done('topic', 'created', 'would create'),
  'topic delete': cases({
    'with --dry-run': rows({
      name: 'text',
      partitions: 'whole number',
      records: 'whole number',
      groups: 'whole number of groups that lose all their committed offsets, or null where the topic keeps none',
    }),
    otherwise: done('topic', 'deleted'),
  }),
  'topic purge': rows({
    topic: 'text',
    partition: 'whole number',
    old: 'whole number of 64 bits, the first offset before',
    new: 'whole number of 64 bits, the first offset after',
  }),
}
