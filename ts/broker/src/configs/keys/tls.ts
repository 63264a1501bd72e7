// Certificates and ciphers of Kafka, as its Java runtime takes them.
import { boolean, className, list, password, string } from '../kinds.ts'

const later = { without: 'there is no TLS yet' } as const
const perListener = { ...later, dynamic: 'per-broker' } as const
const javaOnly = { dynamic: 'per-broker', without: 'it names a part of the Java runtime' } as const

export const tlsKeys = {
  'ssl.keystore.type': string('JKS', 'Format of the key store: JKS, PKCS12 or PEM.', perListener),
  'ssl.keystore.location': string(null, 'File with the private key and certificate of this broker.', perListener),
  'ssl.keystore.password': password(null, 'Password of the key store.', perListener),
  'ssl.keystore.key': password(null, 'The private key itself, as PEM text.', perListener),
  'ssl.keystore.certificate.chain': password(null, 'The certificate and its issuers, as PEM text.', perListener),
  'ssl.key.password': password(
    null,
    'Password of the private key of this broker, where it has one of its own.',
    perListener,
  ),
  'ssl.truststore.type': string('JKS', 'Format of the trust store: JKS, PKCS12 or PEM.', perListener),
  'ssl.truststore.location': string(null, 'File with the certificates that are trusted.', perListener),
  'ssl.truststore.password': password(null, 'Password of the trust store.', perListener),
  'ssl.truststore.certificates': password(null, 'The trusted certificates themselves, as PEM text.', perListener),
  'ssl.client.auth': string('none', 'Whether clients show a certificate: required, requested or none.', {
    ...perListener,
    oneOf: ['required', 'requested', 'none'],
  }),
  'ssl.enabled.protocols': list(['TLSv1.2', 'TLSv1.3'], 'Versions of TLS that are offered.', perListener),
  'ssl.protocol': string('TLSv1.3', 'The newest version of TLS that is offered.', perListener),
  'ssl.cipher.suites': list([], 'Ciphers that are offered; all of the runtime where empty.', perListener),
  'ssl.endpoint.identification.algorithm': string(
    'https',
    'How the name in a certificate is compared with the name of the host; empty does not compare.',
    perListener,
  ),
  'ssl.principal.mapping.rules': string(
    'DEFAULT',
    'Rules that make the name of a user from the name in his certificate.',
    later,
  ),
  'ssl.allow.dn.changes': boolean(
    false,
    'Lets a certificate that is put in place while running carry another name.',
    later,
  ),
  'ssl.allow.san.changes': boolean(
    false,
    'Lets a certificate that is put in place while running lose alternative names.',
    later,
  ),
  'ssl.provider': string(null, 'The Java security provider of TLS.', javaOnly),
  'ssl.keymanager.algorithm': string('SunX509', 'How the Java runtime manages keys.', javaOnly),
  'ssl.trustmanager.algorithm': string('PKIX', 'How the Java runtime manages trust.', javaOnly),
  'ssl.secure.random.implementation': string(null, 'The random numbers of the Java runtime.', javaOnly),
  'ssl.engine.factory.class': className(null, 'The Java class that makes TLS engines.', javaOnly),
} as const

/** Keys and certificates: in Kafka they change while it runs only for one listener, listener.name.<listener>.<key>. */
export const isKeyMaterial = (name: string): boolean => /^ssl\.(keystore|truststore)\.|^ssl\.key\.password$/.test(name)
