// Logins by SASL, delegation tokens, and who a connection is.
import { className, int, list, long, password, double, short, string } from '../kinds.ts'

const later = { without: 'there is no SASL yet' } as const
const perListener = { ...later, dynamic: 'per-broker' } as const
const kerberos = { dynamic: 'per-broker', without: 'there is no Kerberos here' } as const
const tokens = { without: 'there are no delegation tokens yet' } as const
const javaOnly = { without: 'it names a Java class' } as const

export const saslKeys = {
  'sasl.enabled.mechanisms': list(['GSSAPI'], 'Mechanisms that clients may log in by.', perListener),
  'sasl.jaas.config': password(null, 'The login module of a mechanism, with its users or credentials.', perListener),
  'sasl.mechanism.inter.broker.protocol': string('GSSAPI', 'The mechanism between brokers.', perListener),
  'sasl.mechanism.controller.protocol': string('GSSAPI', 'The mechanism between brokers and controllers.', later),
  'sasl.server.max.receive.size': int(524_288, 'Bytes of a frame before the client has logged in.', later),
  'sasl.server.callback.handler.class': className(null, 'The Java class that answers a login at the broker.', javaOnly),
  'sasl.client.callback.handler.class': className(null, 'The Java class that answers a login at the client.', javaOnly),
  'sasl.login.callback.handler.class': className(null, 'The Java class that fetches credentials.', javaOnly),
  'sasl.login.class': className(null, 'The Java class that logs in and renews.', javaOnly),
  'sasl.login.connect.timeout.ms': int(null, 'Milliseconds for connecting to where credentials come from.', later),
  'sasl.login.read.timeout.ms': int(
    null,
    'Milliseconds that an answer from where credentials come from may take.',
    later,
  ),
  'sasl.login.retry.backoff.ms': long(100, 'Milliseconds until a failed login is tried again, at first.', later),
  'sasl.login.retry.backoff.max.ms': long(10_000, 'Milliseconds until a failed login is tried again, at most.', later),
  'sasl.login.refresh.window.factor': double(
    0.8,
    'Share of the life of a credential after which it is renewed.',
    perListener,
  ),
  'sasl.login.refresh.window.jitter': double(
    0.05,
    'Share of the life of a credential that is added at random.',
    perListener,
  ),
  'sasl.login.refresh.min.period.seconds': short(
    60,
    'Seconds between two renewals of a credential at least.',
    perListener,
  ),
  'sasl.login.refresh.buffer.seconds': short(
    300,
    'Seconds before the end of a credential by which it should be renewed.',
    perListener,
  ),
  'sasl.kerberos.service.name': string(null, 'The name of the service in Kerberos.', kerberos),
  'sasl.kerberos.kinit.cmd': string('/usr/bin/kinit', 'The command that fetches a ticket.', kerberos),
  'sasl.kerberos.ticket.renew.window.factor': double(
    0.8,
    'Share of the life of a ticket after which it is renewed.',
    kerberos,
  ),
  'sasl.kerberos.ticket.renew.jitter': double(0.05, 'Share of the life of a ticket that is added at random.', kerberos),
  'sasl.kerberos.min.time.before.relogin': long(60_000, 'Milliseconds between two renewals of a ticket.', kerberos),
  'sasl.kerberos.principal.to.local.rules': list(
    ['DEFAULT'],
    'Rules that make the name of a user from his name in Kerberos.',
    kerberos,
  ),
  'principal.builder.class': className(
    'org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder',
    'The Java class that says who a connection is.',
    { ...javaOnly, dynamic: 'per-broker' },
  ),

  'delegation.token.secret.key': password(
    null,
    'The key that tokens are signed with, the same on all brokers.',
    tokens,
  ),
  'delegation.token.expiry.time.ms': long(86_400_000, 'Milliseconds after which a token has to be renewed.', {
    ...tokens,
    min: 1,
  }),
  'delegation.token.max.lifetime.ms': long(
    604_800_000,
    'Milliseconds after which a token cannot be renewed any more.',
    { ...tokens, min: 1 },
  ),
  'delegation.token.expiry.check.interval.ms': long(3_600_000, 'Milliseconds between two looks for expired tokens.', {
    ...tokens,
    min: 1,
  }),
} as const
