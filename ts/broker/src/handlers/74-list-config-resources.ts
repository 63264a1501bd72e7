/**
 * ListConfigResources. Version 0 lists subscriptions to metrics of clients, and so its request names no kind. Groups and
 * subscriptions are those with configs; topics and brokers are all there are.
 */
import { resourceTypes } from '../cluster/config-resources.ts'
import { type ClusterImage, type ConfigResourceType, configNames } from '../cluster/image.ts'
import type { Handler } from '../dispatch/context.ts'
import type { ListConfigResourcesRequest, ListConfigResourcesResponse } from '../messages/74-list-config-resources.ts'
import { errorCode } from '../wire/errors.ts'
import type { Services } from './services.ts'

const { topic, broker, brokerLogger, clientMetrics, group } = resourceTypes
/** In the order in which Kafka lists them. */
const kinds: readonly number[] = [group, clientMetrics, brokerLogger, broker, topic]

export const handleListConfigResources =
  ({ cluster }: Pick<Services, 'cluster'>): Handler<ListConfigResourcesRequest, ListConfigResourcesResponse> =>
  ({ apiVersion }, request) => {
    const asked = apiVersion === 0 ? [clientMetrics] : request.resourceTypes
    if (asked.some((type) => !kinds.includes(type))) {
      return { throttleTimeMs: 0, errorCode: errorCode('UNSUPPORTED_VERSION'), configResources: [] }
    }
    const image = cluster.image()
    const configResources = kinds
      .filter((type) => asked.length === 0 || asked.includes(type))
      .flatMap((resourceType) => namesOf(image, resourceType).map((resourceName) => ({ resourceName, resourceType })))
    return { throttleTimeMs: 0, errorCode: 0, configResources }
  }

const named: Readonly<Record<number, ConfigResourceType>> = { [group]: 'group', [clientMetrics]: 'client-metrics' }

const namesOf = (image: ClusterImage, resourceType: number): readonly string[] => {
  if (resourceType === topic) return [...image.topicsByName.keys()]
  const type = named[resourceType]
  return type === undefined ? [...image.brokers.keys()].map(String) : configNames(image, type)
}
