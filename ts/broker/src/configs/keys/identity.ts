// Who this broker is and where it listens.
import { boolean, int, list, string } from '../kinds.ts'

const oneBroker = { without: 'this broker has no peers yet' } as const

const brokerRole = (roles: readonly string[]): string | null =>
  roles.length > 0 && !roles.includes('broker') ? 'this process is a broker: the list must contain broker' : null

const noAuthorizer = (name: string): string | null =>
  name === ''
    ? null
    : 'no authorizer is provided, and starting without the one that is asked for would leave the broker open'

export const identityKeys = {
  'node.id': int(1, 'The number of this broker, unique in its cluster. Kafka has no default.', { min: 0 }),
  'broker.id': int(-1, 'Older name of node.id; where both are set they must agree.', { min: -1 }),
  'broker.rack': string(
    null,
    'Where this broker stands; clients that read from the nearest replica compare it with theirs.',
  ),
  'process.roles': list(['broker'], 'What this process is. The controller role is part of every broker here.', {
    oneOf: ['broker', 'controller'],
    check: brokerRole,
  }),

  listeners: list(
    ['PLAINTEXT://127.0.0.1:9092'],
    'Name, host and port of every listener. Kafka binds all interfaces by default, here that has to be said; and Kafka ' +
      'opens and closes listeners while it runs, here that takes a restart.',
  ),
  'advertised.listeners': list(null, 'What clients are told to connect to; the listeners themselves where unset.'),
  'listener.security.protocol.map': string(
    'SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT',
    'The security protocol of each listener by its name. Kafka takes new names while it runs, here that takes a restart.',
    { hidden: true },
  ),
  'inter.broker.listener.name': string(null, 'The listener that other brokers use.', oneBroker),
  'security.inter.broker.protocol': string('PLAINTEXT', 'The protocol between brokers where no listener is named.', {
    ...oneBroker,
    oneOf: ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'],
  }),
  'controller.listener.names': list([], 'Listeners of a Kafka controller: read, and not bound.'),
  'early.start.listeners': list(null, 'Listeners that open before the authorizer is ready.', {
    without: 'there is no authorizer to wait for',
  }),

  'millrace.insecure': boolean(false, 'Allows listeners that other machines reach without TLS and authentication.'),
  'millrace.workers': int(0, 'Threads that serve connections; 0 is one for each core.', { min: 0, max: 1024 }),
  'authorizer.class.name': string('', 'The authorizer of Kafka; anything but empty is refused.', {
    check: noAuthorizer,
    allowed: 'nothing: no authorizer is provided yet',
  }),
} as const
