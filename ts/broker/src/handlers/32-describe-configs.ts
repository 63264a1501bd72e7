/**
 * DescribeConfigs. Version 3 brings types and documentation. A broker knows the configs of topics and its own; of the
 * broker without a name it shows what is set for all brokers. Loggers, groups and client metrics have none here.
 */
import { BrokerError } from '../base/errors.ts'
import { ALL_BROKERS } from '../cluster/broker-configs.ts'
import { checkNamesThisBroker, resourceTypes } from '../cluster/config-resources.ts'
import type { ClusterImage } from '../cluster/image.ts'
import type { ConfigType } from '../configs/kinds.ts'
import {
  configSources,
  resolveBroker,
  resolveClusterDefault,
  resolveTopic,
  type ResolvedConfig,
} from '../configs/resolve.ts'
import type { Handler } from '../dispatch/context.ts'
import type { DescribeConfigsRequest, DescribeConfigsResponse } from '../messages/32-describe-configs.ts'
import { checkName } from '../topics/names.ts'
import { errorCode } from '../wire/errors.ts'
import type { Services } from './services.ts'

type Used = Pick<Services, 'cluster' | 'configs'>
type Resource = DescribeConfigsRequest['resources'][number]
type Reply = DescribeConfigsResponse['results'][number]
type Entry = Reply['configs'][number]

export const handleDescribeConfigs =
  (services: Used): Handler<DescribeConfigsRequest, DescribeConfigsResponse> =>
  (_context, request) => ({
    throttleTimeMs: 0,
    results: request.resources.map((resource) => describe(services, resource, request)),
  })

const describe = (services: Used, resource: Resource, request: DescribeConfigsRequest): Reply => {
  const { resourceType, resourceName, configurationKeys } = resource
  try {
    const configs = configsOf(services, resource)
    const isWanted = (name: string): boolean =>
      configurationKeys === null || configurationKeys.length === 0 || configurationKeys.includes(name)
    const entries = [...configs].filter(([name]) => isWanted(name))
    return {
      errorCode: 0,
      // Kafka's own answer says nothing by an empty text here, elsewhere by none.
      errorMessage: '',
      resourceType,
      resourceName,
      configs: entries.map(([name, config]) => entry(name, config, resourceType, request)),
    }
  } catch (thrown) {
    if (!(thrown instanceof BrokerError)) throw thrown
    const { code, message } = thrown
    return { errorCode: errorCode(code), errorMessage: message, resourceType, resourceName, configs: [] }
  }
}

type Configs = ReadonlyMap<string, ResolvedConfig>

const configsOf = ({ cluster, configs }: Used, { resourceType, resourceName }: Resource): Configs => {
  const image = cluster.image()
  const layers = configs.layers(image)
  switch (resourceType) {
    case resourceTypes.topic:
      return resolveTopic(layers, topicOverrides(image, resourceName))
    case resourceTypes.broker:
      if (resourceName === ALL_BROKERS) return resolveClusterDefault(layers)
      checkNamesThisBroker(resourceName, cluster.brokerId)
      return resolveBroker(layers)
    case resourceTypes.brokerLogger:
      if (resourceName === ALL_BROKERS) throw new BrokerError('INVALID_REQUEST', 'Broker id must not be empty')
      checkNamesThisBroker(resourceName, cluster.brokerId)
      return new Map()
    case resourceTypes.clientMetrics:
      if (resourceName !== '') return new Map()
      throw new BrokerError('INVALID_REQUEST', 'Client metrics subscription name must not be empty')
    case resourceTypes.group:
      if (resourceName !== '') return new Map()
      throw new BrokerError('INVALID_REQUEST', 'Group name must not be empty')
    default:
      throw new BrokerError('INVALID_REQUEST', `Unsupported resource type: ${resourceType}`)
  }
}

const topicOverrides = (image: ClusterImage, name: string): ReadonlyMap<string, string> => {
  checkName(name)
  const topic = image.topicsByName.get(name)
  if (topic === undefined) throw new BrokerError('UNKNOWN_TOPIC_OR_PARTITION')
  return topic.configs
}

const typeIds: { readonly [Type in ConfigType]: number } = {
  boolean: 1,
  string: 2,
  int: 3,
  short: 4,
  long: 5,
  double: 6,
  list: 7,
  class: 8,
  password: 9,
}

const entry = (
  name: string,
  { definition, value, source, synonyms }: ResolvedConfig,
  resourceType: number,
  { includeSynonyms, includeDocumentation }: DescribeConfigsRequest,
): Entry => ({
  name,
  value,
  readOnly: resourceType === resourceTypes.broker && definition.dynamic === 'read-only',
  configSource: configSources[source],
  isSensitive: definition.type === 'password',
  synonyms: includeSynonyms ? synonyms.map((synonym) => ({ ...synonym, source: configSources[synonym.source] })) : [],
  configType: typeIds[definition.type],
  documentation: includeDocumentation ? definition.doc : null,
})
