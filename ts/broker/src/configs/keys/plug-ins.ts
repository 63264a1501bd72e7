// Families of keys that Kafka hands to plug-ins by their prefix or leaves to its authorizer. They have no definition in
// Kafka either: it takes any value, and DescribeConfigs hides it.

interface Family {
  readonly why: string
  readonly names: readonly string[]
  readonly prefixes: readonly string[]
}

const families: readonly Family[] = [
  { why: 'they go to Java classes', names: [], prefixes: ['config.providers.', 'metrics.jmx.', 'kafka.metrics.'] },
  { why: 'there is no tiered storage yet', names: [], prefixes: ['remote.log.', 'rlmm.config.', 'rsm.config.'] },
  {
    why: 'there is no authorizer yet',
    names: ['super.users', 'allow.everyone.if.no.acl.found'],
    prefixes: ['authorizer.'],
  },
  { why: 'there is no TLS and no SASL yet', names: [], prefixes: ['listener.name.', 'sasl.', 'ssl.'] },
]

/** Why a key that is in no table is not a typing mistake; null for one that may be. */
export const whyForPlugIns = (name: string): string | null =>
  families.find((family) => family.names.includes(name) || family.prefixes.some((prefix) => name.startsWith(prefix)))
    ?.why ?? null
