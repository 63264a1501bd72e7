/**
 * DescribeConfigs. Version 3 brings types and documentation. A broker knows the configs of topics, groups, subscriptions,
 * its own and the levels of its loggers; of the broker without a name it shows what is set for all brokers.
 */
import { BrokerError } from '../base/errors.ts'
import { ALL_BROKERS } from '../cluster/broker-configs.ts'
import { checkNamesThisBroker, resourceTypes } from '../cluster/config-resources.ts'
import { type ClusterImage, configsOf } from '../cluster/image.ts'
import { documentation, isSensitive } from '../configs/definitions.ts'
import type { ConfigType } from '../configs/kinds.ts'
import {
  configSources,
  resolveBroker,
  resolveClientMetrics,
  resolveClusterDefault,
  type ResolvedConfig,
  type ResolvedConfigs,
  resolveGroup,
  resolveTopic,
} from '../configs/resolve.ts'
import type { Handler } from '../dispatch/context.ts'
import type { DescribeConfigsRequest, DescribeConfigsResponse } from '../messages/32-describe-configs.ts'
import { checkName } from '../topics/names.ts'
import { errorCode } from '../wire/errors.ts'
import { describeLoggers, isLogger } from './loggers.ts'
import type { Services } from './services.ts'

type Used = Pick<Services, 'cluster' | 'configs' | 'logger'>
type Resource = DescribeConfigsRequest['resources'][number]
type Reply = DescribeConfigsResponse['results'][number]
type Entry = Reply['configs'][number]

export const handleDescribeConfigs =
  (services: Used): Handler<DescribeConfigsRequest, DescribeConfigsResponse> =>
  (_context, request) => {
    const stranger = request.resources.find(({ resourceType }) => !known.has(resourceType))
    const results = request.resources.map((resource) =>
      stranger === undefined ? describe(services, resource, request) : refusal(resource, unknownType(stranger)),
    )
    return { throttleTimeMs: 0, results }
  }

const known: ReadonlySet<number> = new Set(Object.values(resourceTypes))

// Kafka refuses a request as a whole when one of its resources is of no type it knows.
const unknownType = ({ resourceType }: Resource): BrokerError =>
  new BrokerError('INVALID_REQUEST', `Unsupported resource type: ${resourceType}`)

const refusal = ({ resourceType, resourceName }: Resource, { code, message }: BrokerError): Reply => ({
  errorCode: errorCode(code),
  errorMessage: message,
  resourceType,
  resourceName,
  configs: [],
})

const describe = (services: Used, resource: Resource, request: DescribeConfigsRequest): Reply => {
  const { resourceType, resourceName, configurationKeys } = resource
  try {
    const isWanted = ({ name }: { readonly name: string }): boolean =>
      configurationKeys === null || configurationKeys.length === 0 || configurationKeys.includes(name)
    return {
      errorCode: 0,
      // Kafka's own answer says nothing by an empty text here, elsewhere by none.
      errorMessage: '',
      resourceType,
      resourceName,
      configs: entries(services, resource, request).filter(isWanted),
    }
  } catch (thrown) {
    if (!(thrown instanceof BrokerError)) throw thrown
    return refusal(resource, thrown)
  }
}

const entries = (services: Used, resource: Resource, request: DescribeConfigsRequest): readonly Entry[] => {
  const { resourceType, resourceName } = resource
  if (!isLogger(resourceType)) {
    return [...resolved(services, resource)].map(([name, config]) => entry(name, config, resourceType, request))
  }
  if (resourceName === ALL_BROKERS) throw new BrokerError('INVALID_REQUEST', 'Broker id must not be empty')
  checkNamesThisBroker(resourceName, services.cluster.brokerId)
  return describeLoggers(services.logger.levels)
}

const resolved = ({ cluster, configs }: Used, resource: Resource): ResolvedConfigs => {
  const { resourceType, resourceName } = resource
  const image = cluster.image()
  const layers = configs.layers(image)
  switch (resourceType) {
    case resourceTypes.topic:
      return resolveTopic(layers, topicOverrides(image, resourceName))
    case resourceTypes.broker:
      if (resourceName === ALL_BROKERS) return resolveClusterDefault(layers)
      checkNamesThisBroker(resourceName, cluster.brokerId)
      return resolveBroker(layers)
    case resourceTypes.clientMetrics:
      if (resourceName !== '') return resolveClientMetrics(layers, configsOf(image, 'client-metrics', resourceName))
      throw new BrokerError('INVALID_REQUEST', 'Client metrics subscription name must not be empty')
    case resourceTypes.group:
      if (resourceName !== '') return resolveGroup(layers, configsOf(image, 'group', resourceName))
      throw new BrokerError('INVALID_REQUEST', 'Group name must not be empty')
    default:
      throw unknownType(resource)
  }
}

const topicOverrides = (image: ClusterImage, name: string): ReadonlyMap<string, string> => {
  checkName(name)
  const topic = image.topicsByName.get(name)
  if (topic === undefined) throw new BrokerError('UNKNOWN_TOPIC_OR_PARTITION')
  return topic.configs
}

const typeIds: { readonly [Type in ConfigType]: number } = {
  unknown: 0,
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
  isSensitive: isSensitive(definition),
  synonyms: includeSynonyms ? synonyms.map((synonym) => ({ ...synonym, source: configSources[synonym.source] })) : [],
  configType: typeIds[definition.type],
  documentation: includeDocumentation ? documentation(definition) : null,
})
