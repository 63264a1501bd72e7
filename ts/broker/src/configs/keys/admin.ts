// The admin server: where it is, who may use it, how much it tells.
import { boolean, int, list, password, string } from '../kinds.ts'
import { readMaskRule } from '../mask-rules.ts'

/** In characters: it stands beside the name of every screen. */
const LABEL_LENGTH_MAX = 40

export const adminKeys = {
  'admin.listener': string(
    'http://127.0.0.1:9644',
    'Where the console, the admin API, health and metrics are served, guarded like the other listeners; none for nowhere.',
  ),
  'admin.password': password(
    null,
    'Password of the account admin at the first start; later ones do not read it. Where unset, one is made and shown once.',
  ),
  'admin.password.file': string(null, 'A file that holds that password, for those who keep secrets in files.'),
  'admin.hosts': list(
    [],
    'Names under which browsers reach the admin server, beside localhost and addresses; under another one it does not answer.',
  ),
  'metrics.compat': list(
    ['jmx', 'kafka_exporter'],
    'Sets of metrics under the names of others: those of the JMX exporter, those of kafka_exporter. Empty for our own alone.',
    { oneOf: ['jmx', 'kafka_exporter'], dynamic: 'cluster-wide' },
  ),
  'metrics.partitions.max': int(
    10_000,
    'As many partitions have series of their own, in the order of the names of their topics; the others count in sums.',
    { min: 0, dynamic: 'cluster-wide' },
  ),
  'admin.read.only': boolean(
    false,
    'The admin API refuses every change, and the canary is off; clients of the protocol are not concerned.',
  ),
  'admin.export.enable': boolean(
    true,
    'Messages may be downloaded as a file. Where false, they can still be looked at, page by page.',
    { dynamic: 'cluster-wide' },
  ),
  'admin.masking': list(
    [],
    'What of messages the console and the admin API show to nobody and no filter sees: topic:value, topic:value.field.field, ' +
      'topic:key, topic:headers.name; * in the topic is any text. Clients of the protocol are not concerned.',
    {
      dynamic: 'cluster-wide',
      allowed: 'a list of rules such as payments.*:value.card.number',
      check: (rules) => {
        const wrong = rules.find((rule) => readMaskRule(rule) === null)
        return wrong === undefined ? null : `${wrong} is no topic:part or topic:part.path`
      },
    },
  ),
  'admin.label': string(
    '',
    'What the console calls this cluster, such as production, so that nobody takes it for another.',
    {
      dynamic: 'cluster-wide',
      allowed: `a text of at most ${LABEL_LENGTH_MAX} characters`,
      check: ({ length }) => (length > LABEL_LENGTH_MAX ? `At most ${LABEL_LENGTH_MAX} characters` : null),
    },
  ),
  'admin.color': string('none', 'What colour the console marks this cluster with.', {
    dynamic: 'cluster-wide',
    oneOf: ['none', 'blue', 'green', 'amber', 'red', 'violet'],
  }),
  'audit.topic.enable': boolean(
    true,
    'The audit list is kept in the internal topic __millrace_audit, so that it outlasts a restart. Nobody may change or ' +
      'delete the topic then.',
  ),
  'canary.enable': boolean(
    true,
    'One record a second goes through the internal topic __millrace_canary and back, over the first listener, to measure ' +
      'what clients see. Takes two connections.',
  ),
} as const
