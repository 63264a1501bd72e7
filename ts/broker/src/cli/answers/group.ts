// What `millrace group` answers.
import { cases, done, fields, list, orNull, rows, type Shape } from './shape.ts'

export const groupAnswers: Readonly<Record<string, Shape>> = {
  'group list': rows({
    group: 'text',
    state: 'text',
    type: 'text',
    protocol: 'text',
    coordinator: 'whole number',
    members: 'whole number, or null where nobody says',
    lag: 'whole number of records, in the partitions that have an offset, or null where nobody says',
    partitionsWithoutOffset: 'whole number, or null where nobody says',
  }),
  'group describe': fields({
    group: 'text',
    state: 'text',
    assignor: 'text, empty where there is none',
    lag: 'whole number of records, in the partitions that have an offset',
    partitionsWithoutOffset: 'whole number',
    members: list('text'),
    partitions: rows({
      topic: 'text',
      partition: 'whole number',
      committed: 'whole number of 64 bits, or null where nothing is',
      start: 'whole number of 64 bits, or null while nobody leads it',
      end: 'whole number of 64 bits, or null while nobody leads it',
      lag: 'whole number, or null where one of these is not known',
      member: 'text, or null where nobody has it',
    }),
  }),
  'group members': rows({
    id: 'text',
    instance: 'text, or null where it gave none',
    client: 'text',
    host: 'text',
    partitions: orNull(
      rows({ topic: 'text', partition: 'whole number' }),
      'where the protocol is not that of consumers',
    ),
  }),
  'group export': rows({ topic: 'text', partition: 'whole number', offset: 'whole number of 64 bits' }),
  'group reset': rows({
    topic: 'text',
    partition: 'whole number',
    old: 'whole number of 64 bits, or null where nothing was committed',
    next: 'whole number of 64 bits, or null where it is forgotten',
  }),
  'group delete': cases({
    'with --dry-run': rows({ group: 'text', state: 'text', members: 'whole number' }),
    otherwise: done('group', 'deleted'),
  }),
}
