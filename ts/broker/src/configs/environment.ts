// Variables as keys, by the rule of Apache Kafka's image: KAFKA_ADVERTISED_LISTENERS is advertised.listeners, where one _
// is a dot, two are an underscore and three a dash. CLUSTER_ID and MILLRACE_INSECURE have names of their own.

/** Variables of Kafka's start scripts and images: they speak to a Java virtual machine or to the script itself. */
const FOR_SCRIPTS: ReadonlySet<string> = new Set([
  'KAFKA_CLUSTER_ID',
  'KAFKA_DEBUG',
  'KAFKA_GC_LOG_OPTS',
  'KAFKA_HEAP_OPTS',
  'KAFKA_HOME',
  'KAFKA_JMX_HOSTNAME',
  'KAFKA_JMX_OPTS',
  'KAFKA_JMX_PORT',
  'KAFKA_JVM_PERFORMANCE_OPTS',
  'KAFKA_LOG4J_LOGGERS',
  'KAFKA_LOG4J_OPTS',
  'KAFKA_LOG4J_ROOT_LOGLEVEL',
  'KAFKA_MODE',
  'KAFKA_OPTS',
  'KAFKA_TOOLS_LOG4J_LOGLEVEL',
  'KAFKA_VERSION',
])

// Kubernetes announces a service of the name "kafka" to every container like this; none of it is configuration.
const SERVICE_LINK = /^KAFKA_(PORT(_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)?|SERVICE_(HOST|PORT(_.+)?))$/

const keyOf = (variable: string): string =>
  variable
    .slice('KAFKA_'.length)
    .toLowerCase()
    .replaceAll('___', '-')
    .replaceAll('__', '\0')
    .replaceAll('_', '.')
    .replaceAll('\0', '_')

export interface EnvironmentConfig {
  readonly values: ReadonlyMap<string, string>
  readonly clusterId: string | null
}

/** What the environment says about the configuration. */
export const parseEnvironment = (environment: Readonly<Record<string, string | undefined>>): EnvironmentConfig => {
  const values = new Map<string, string>()
  for (const [variable, value] of Object.entries(environment)) {
    if (value === undefined || !variable.startsWith('KAFKA_')) continue
    if (FOR_SCRIPTS.has(variable) || SERVICE_LINK.test(variable)) continue
    values.set(keyOf(variable), value)
  }
  // Compose files pass variables on that nobody set, as empty ones.
  const insecure = environment['MILLRACE_INSECURE'] ?? ''
  if (insecure !== '') values.set('millrace.insecure', insecure)
  const clusterId = environment['CLUSTER_ID'] ?? ''
  return { values, clusterId: clusterId === '' ? null : clusterId }
}
