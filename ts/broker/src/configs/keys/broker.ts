// The keys of a broker: Kafka's own names with Kafka's types, defaults and bounds, and the few that are ours. A default
// that differs from Kafka's says why in its doc line.
import { adminKeys } from './admin.ts'
import { compactionKeys } from './compaction.ts'
import { connectionKeys } from './connections.ts'
import { controllerKeys } from './controllers.ts'
import { groupKeys } from './groups.ts'
import { identityKeys } from './identity.ts'
import { javaKeys } from './java.ts'
import { logKeys } from './logs.ts'
import { nextGroupKeys } from './next-groups.ts'
import { oauthKeys } from './oauth.ts'
import { quotaKeys, throttleKeys } from './quotas.ts'
import { replicationKeys } from './replication.ts'
import { saslKeys } from './sasl.ts'
import { shareGroupKeys } from './share-groups.ts'
import { tieredStorageKeys } from './tiered-storage.ts'
import { tlsKeys } from './tls.ts'
import { topicDefaultKeys } from './topics.ts'
import { transactionKeys } from './transactions.ts'

/** Every key that can stand in server.properties, by name. */
export const brokerKeys = {
  ...identityKeys,
  ...adminKeys,
  ...connectionKeys,
  ...topicDefaultKeys,
  ...logKeys,
  ...compactionKeys,
  ...transactionKeys,
  ...groupKeys,
  ...nextGroupKeys,
  ...shareGroupKeys,
  ...replicationKeys,
  ...controllerKeys,
  ...tlsKeys,
  ...saslKeys,
  ...oauthKeys,
  ...quotaKeys,
  ...throttleKeys,
  ...tieredStorageKeys,
  ...javaKeys,
} as const
