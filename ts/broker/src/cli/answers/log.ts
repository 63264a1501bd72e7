// What `millrace log` answers.
import { entryKinds } from '../dump/entry-kinds.ts'
import { cases, fields, list, orNull, pair, rows, type Shape } from './shape.ts'

const findings = rows({
  damage: 'true or false, false where no record is lost',
  file: 'text',
  fromByte: 'whole number, or null where it is not known',
  toByte: 'whole number, or null where it is not known',
  fromOffset: 'whole number of 64 bits, or null where none is lost',
  toOffset: 'whole number of 64 bits, or null where none is lost, or not known how far',
  why: 'text',
})

const verified = rows({
  directory: 'text',
  clean: 'true or false, false where the next start recovers it',
  damaged: 'true or false',
  findings,
  partitions: rows({
    topic: 'text',
    partition: 'whole number',
    logStart: 'whole number of 64 bits',
    logEnd: 'whole number of 64 bits',
    batches: 'whole number',
    bytes: 'whole number',
    findings,
  }),
})

const batch = fields({
  file: 'text',
  valid: 'true',
  position: 'whole number',
  bytes: 'whole number',
  baseOffset: 'whole number of 64 bits',
  lastOffset: 'whole number of 64 bits',
  count: 'whole number of records',
  leaderEpoch: 'whole number',
  producerId: 'whole number of 64 bits, -1 for none',
  producerEpoch: 'whole number',
  baseSequence: 'whole number',
  lastSequence: 'whole number',
  codec: 'text',
  baseTimestamp: 'whole number of 64 bits',
  maxTimestamp: 'whole number of 64 bits',
  appendTime: 'true or false',
  transactional: 'true or false',
  control: 'true or false',
  deleteHorizon: 'true or false',
  crc: 'whole number',
  records: orNull(
    rows({
      offset: 'whole number of 64 bits',
      timestamp: 'whole number of 64 bits, milliseconds since 1970',
      time: 'time, or null where no calendar reaches it',
      marker: 'text, or null where it is data',
      key: 'bytes, or null; with --hex text in hexadecimal',
      value: 'bytes, or null; with --hex text in hexadecimal',
      headers: list(pair('text', 'bytes, or null')),
    }),
    'without --records',
  ),
})

const hole = fields({
  file: 'text',
  valid: 'false',
  fromByte: 'whole number',
  toByte: 'whole number',
  fromOffset: 'whole number of 64 bits',
  toOffset: 'whole number of 64 bits',
  why: 'text',
})

const entries = (names: readonly string[]): Shape =>
  rows({ file: 'text', ...Object.fromEntries(names.map((name) => [name, 'whole number of 64 bits' as const])) })

export const logAnswers: Readonly<Record<string, Shape>> = {
  'log verify': verified,
  'log repair': cases({
    'with --accept-loss': rows({ directory: 'text', repaired: list('text'), kept: list('text, a file') }),
    'otherwise, as of log verify': verified,
  }),
  'log dump': cases({
    'of .log': list(cases({ 'a batch': batch, 'bytes that are none': hole })),
    ...Object.fromEntries(Object.entries(entryKinds).map(([kind, names]) => [`of ${kind}`, entries(names)])),
  }),
  'log import': fields({
    topics: 'whole number',
    partitions: 'whole number',
    offsets: 'whole number',
    bytes: 'whole number',
    notes: list('text'),
    seconds: 'number',
  }),
}
