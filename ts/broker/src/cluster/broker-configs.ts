/**
 * The configs in force on this broker: what the file and command line say is fixed, the rest is in the image. The
 * answers are kept until configs of a broker change; every topic without configs of its own shares one object.
 */
import type { BrokerId } from '../base/ids.ts'
import type { InForce } from '../configs/check.ts'
import type { BrokerValues, TopicValues } from '../configs/definitions.ts'
import { brokerValues, topicDefaults, topicValues, type BrokerLayers } from '../configs/resolve.ts'
import { configsOf, type ClusterImage, type ConfigOverrides } from './image.ts'

export interface BrokerConfigs {
  layers(image: ClusterImage): BrokerLayers
  values(image: ClusterImage): BrokerValues
  /** Both at once, which is what a change is checked against. */
  inForce(image: ClusterImage): InForce
  /** Of a topic with these configs of its own. */
  topic(image: ClusterImage, overrides: ConfigOverrides): TopicValues
}

interface Known extends InForce {
  readonly dynamicBroker: ConfigOverrides
  readonly dynamicDefault: ConfigOverrides
  readonly topicDefaults: TopicValues
}

/** What configs of the broker of no name are filed under: they are for all. */
export const ALL_BROKERS = ''

export const createBrokerConfigs = (broker: BrokerId, fromStart: ConfigOverrides): BrokerConfigs => {
  let last: Known | undefined

  const inForce = (image: ClusterImage): Known => {
    const dynamicBroker = configsOf(image, 'broker', String(broker))
    const dynamicDefault = configsOf(image, 'broker', ALL_BROKERS)
    if (last?.dynamicBroker === dynamicBroker && last.dynamicDefault === dynamicDefault) return last
    const layers = { dynamicBroker, dynamicDefault, static: fromStart }
    last = { dynamicBroker, dynamicDefault, layers, values: brokerValues(layers), topicDefaults: topicDefaults(layers) }
    return last
  }

  return {
    layers: (image) => inForce(image).layers,
    values: (image) => inForce(image).values,
    inForce,
    topic: (image, overrides) => topicValues(inForce(image).topicDefaults, overrides),
  }
}
