// The admin server: where it is, who may use it, how much it tells.
import { boolean, int, list, password, string } from '../kinds.ts'

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
  'audit.topic.enable': boolean(
    true,
    'The audit list is kept in the internal topic __millrace_audit, so that it outlasts a restart.',
  ),
  'canary.enable': boolean(
    true,
    'One record a second goes through the internal topic __millrace_canary and back, over the first listener, to measure ' +
      'what clients see. Takes two connections.',
  ),
} as const
