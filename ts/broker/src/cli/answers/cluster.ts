// What `millrace status`, `cluster` and `config` answer.
import { fields, list, moves, oneOf, orNull, rows, type Shape } from './shape.ts'

const NOT_SAID = 'where nobody says so'

const scope = oneOf('broker', 'topic', 'group', 'client-metrics')

const problems = rows({ level: oneOf('WARNING', 'CRITICAL'), what: 'text', where: 'text' })

export const clusterAnswers: Readonly<Record<string, Shape>> = {
  status: fields({
    cluster: `text, or null ${NOT_SAID}`,
    healthy: 'true or false',
    brokers: 'whole number',
    topics: 'whole number, without internal ones',
    partitions: 'whole number',
    bytes: `whole number, or null ${NOT_SAID}`,
    usableBytes: `whole number, or null ${NOT_SAID}`,
    problems,
  }),
  'cluster health': fields({ healthy: 'true or false', problems }),
  'cluster info': fields({
    cluster: `text, or null ${NOT_SAID}`,
    controller: 'whole number, or null where there is none',
    brokers: rows({
      broker: 'whole number',
      address: 'text',
      rack: 'text, or null where it has none',
      controller: 'true or false',
      reachable: 'true or false',
      why: 'text, or null where it is reachable',
      directories: rows({
        broker: 'whole number',
        path: 'text',
        bytes: 'whole number',
        totalBytes: 'whole number, or null where it is not said',
        usableBytes: 'whole number, or null where it is not said',
        error: 'text, or null where it works',
      }),
    }),
  }),
  'cluster partitions': rows({
    topic: 'text',
    partition: 'whole number',
    leader: 'whole number, or null while nobody leads it',
    leaderEpoch: 'whole number',
    replicas: list('whole number'),
    inSync: list('whole number'),
    offline: list('whole number'),
  }),
  'config explain': rows({
    key: 'text',
    scope: orNull(scope, 'where no key of ours has the name'),
    type: 'text, or null like scope',
    doc: 'text, or null like scope',
    default: 'text, or null where it is not set',
    allowed: 'text, or null like scope',
    changes: 'text, or null like scope',
    synonyms: list('text'),
    without: 'text, why it is without effect, or null where it has one',
  }),
  'config check': fields({
    node: 'whole number',
    listeners: list('text'),
    data: list('text'),
    warnings: list('text'),
    withoutEffect: rows({ name: 'text', why: 'text' }),
  }),
  'config list': rows({
    key: 'text',
    scope,
    type: 'text',
    default: 'text, or null where it is not set',
    doc: 'text',
  }),
  'config describe': rows({
    key: 'text',
    value: 'text, or null where it is not set, or a secret',
    source: 'text',
    changed: 'true or false, false for a default',
    own: 'true or false, true where it is set for this very resource',
    readOnly: 'true or false',
    secret: 'true or false',
    doc: 'text',
  }),
  'config alter': moves,
}
