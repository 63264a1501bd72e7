// Logins with OAuth tokens (SASL/OAUTHBEARER): how they are checked, and how this process gets its own.
import { boolean, className, int, list, long, password, string } from '../kinds.ts'

const later = { without: 'there is no SASL yet' } as const
const client = { without: 'this broker logs in nowhere' } as const
const javaOnly = { without: 'it names a Java class' } as const

export const oauthKeys = {
  'sasl.oauthbearer.jwks.endpoint.url': string(null, 'Where the keys are that tokens are checked with.', later),
  'sasl.oauthbearer.jwks.endpoint.refresh.ms': long(3_600_000, 'Milliseconds between two looks for new keys.', later),
  'sasl.oauthbearer.jwks.endpoint.retry.backoff.ms': long(
    100,
    'Milliseconds until fetching keys is tried again, at first.',
    later,
  ),
  'sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms': long(
    10_000,
    'Milliseconds until fetching keys is tried again, at most.',
    later,
  ),
  'sasl.oauthbearer.expected.audience': list([], 'Audiences of which a token must name one.', later),
  'sasl.oauthbearer.expected.issuer': string(null, 'The issuer that a token must name.', later),
  'sasl.oauthbearer.clock.skew.seconds': int(30, 'Seconds that the clock of the issuer may differ.', later),
  'sasl.oauthbearer.scope.claim.name': string('scope', 'The claim of a token that holds its scope.', later),
  'sasl.oauthbearer.sub.claim.name': string('sub', 'The claim of a token that names the user.', later),
  'sasl.oauthbearer.jwt.validator.class': className(
    'org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator',
    'The Java class that checks tokens.',
    javaOnly,
  ),
  'sasl.oauthbearer.jwt.retriever.class': className(
    'org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever',
    'The Java class that fetches tokens.',
    javaOnly,
  ),

  'sasl.oauthbearer.token.endpoint.url': string(null, 'Where tokens are asked for.', client),
  'sasl.oauthbearer.scope': string(null, 'The scope that is asked for.', client),
  'sasl.oauthbearer.client.credentials.client.id': string(null, 'The name that tokens are asked for with.', client),
  'sasl.oauthbearer.client.credentials.client.secret': password(
    null,
    'The secret that tokens are asked for with.',
    client,
  ),
  'sasl.oauthbearer.assertion.algorithm': string(
    'RS256',
    'How an assertion is signed that a token is asked for with.',
    {
      ...client,
      oneOf: ['ES256', 'RS256'],
      ignoreCase: true,
    },
  ),
  'sasl.oauthbearer.assertion.file': string(null, 'File with a ready assertion.', client),
  'sasl.oauthbearer.assertion.template.file': string(null, 'File with headers and claims of an assertion.', client),
  'sasl.oauthbearer.assertion.private.key.file': string(null, 'File with the key that signs assertions.', client),
  'sasl.oauthbearer.assertion.private.key.passphrase': password(
    null,
    'Password of the key that signs assertions.',
    client,
  ),
  'sasl.oauthbearer.assertion.claim.aud': string(null, 'The audience of an assertion.', client),
  'sasl.oauthbearer.assertion.claim.iss': string(null, 'The issuer of an assertion.', client),
  'sasl.oauthbearer.assertion.claim.sub': string(null, 'The subject of an assertion.', client),
  'sasl.oauthbearer.assertion.claim.exp.seconds': int(300, 'Seconds from now until which an assertion is good.', {
    ...client,
    min: 0,
    max: 86_400,
  }),
  'sasl.oauthbearer.assertion.claim.nbf.seconds': int(60, 'Seconds before now from which an assertion is good.', {
    ...client,
    min: 0,
    max: 3600,
  }),
  'sasl.oauthbearer.assertion.claim.jti.include': boolean(false, 'Gives each assertion a number of its own.', client),
} as const
