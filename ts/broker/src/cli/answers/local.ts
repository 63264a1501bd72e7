// What the commands answer that ask the broker of this machine, and `millrace admin`.
import { fields, oneOf, orNull, rows, type Shape } from './shape.ts'

const spread = orNull(fields({ p50: 'number', p99: 'number', max: 'number' }), 'before the first')

export const localAnswers: Readonly<Record<string, Shape>> = {
  ready: fields({
    ready: 'true or false',
    state: oneOf('starting', 'recovering', 'running', 'stopping'),
    checks: rows({ name: 'text', ok: 'true or false', why: 'text' }),
  }),
  audit: rows({
    id: 'whole number',
    at: 'time',
    principal: 'text, or null for what the broker did by itself',
    clientId: 'text, or null where it gave none',
    address: 'text, or null where there is none',
    action: 'text',
    subject: 'text',
    before: 'anything',
    after: 'anything',
  }),
  jobs: rows({
    id: 'text',
    kind: oneOf('compaction', 'removal', 'topicDeletion', 'recovery'),
    topic: 'text, or null where it is of the whole broker',
    partition: 'whole number, or null where it is of all',
    state: oneOf('waiting', 'running', 'done', 'interrupted', 'failed'),
    startedAt: 'time',
    endedAt: 'time, or null before it has ended',
    bytesDone: 'whole number of 64 bits',
    bytesTotal: 'whole number of 64 bits',
    bytesWritten: 'whole number of 64 bits',
    heldBackMs: 'whole number',
    why: 'text, or null where nothing went wrong',
  }),
  'canary show': fields({
    sent: 'whole number',
    received: 'whole number',
    failed: 'whole number',
    lost: 'whole number',
    duplicated: 'whole number',
    hour: fields({
      records: 'whole number',
      availability: 'number from 0 to 1, or null before the first',
      lost: 'whole number',
      duplicated: 'whole number',
      produceMs: spread,
      endToEndMs: spread,
    }),
    failure: 'text, or null where the newest record came back',
  }),
  metrics: rows({
    name: 'text',
    labels: 'text as Prometheus reads it',
    value: 'text as Prometheus reads it: a number, NaN, +Inf or -Inf',
  }),
  bundle: rows({ name: 'text', bytes: 'whole number', state: 'text' }),
  'admin reset-password': fields({
    user: 'text',
    password: 'text, or null where the environment chose it',
  }),
}
