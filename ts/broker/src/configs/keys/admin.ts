// The admin server: where it is, who may use it, how much it tells.
import { boolean, list, password, string } from '../kinds.ts'

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
  'admin.read.only': boolean(false, 'The admin API refuses every change; clients of the protocol are not concerned.'),
} as const
